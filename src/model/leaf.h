/* SPDX-License-Identifier: MIT */
/* The settable part of an object, leaf by leaf: what spec.json holds, what is compared, what a
 * PATCH sends.
 * All values returned are the caller's own copies; NULL without memory. */
#ifndef MODEL_LEAF_H
#define MODEL_LEAF_H

#include <jansson.h>
#include <stdbool.h>
#include "model/schema.h"

/* The leaf's value in an object, in one spelling (value.h): a missing bool is false, a missing list
 * empty; any other missing value is null, and so is the zero of a number, an enum or an optional
 * text. Items of a named list have what of their rows can be set, and no null. */
json_t *leaf_get(const json_t *object, const struct row *leaf);
/* Whether there is anything: not NULL, null, an empty text or an empty list. */
bool leaf_is_set(const json_t *value);
/* Of the fields that exclude each other (FIELD_SPEC_ONLY_WITH) one behind this that the object has,
 * NULL when there is none. */
const struct row *leaf_instead(const json_t *object, const struct row *leaf);
/* Puts it into an object, as the API would show it: items keep what only the API sets, by name and
 * values, or by a name that is one item's alone. The object must be the caller's own. Errors:
 * -ENOMEM. */
int leaf_put(json_t *object, const struct row *leaf, const json_t *value);

#endif
