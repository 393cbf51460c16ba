/* SPDX-License-Identifier: MIT */
/* The settable part of an object, leaf by leaf: what spec.json holds, what is compared, what a
 * PATCH sends.
 * All values returned are the caller's own copies; NULL without memory. */
#ifndef MODEL_MASK_FIELD_H
#define MODEL_MASK_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include "model/schema.h"

/* The leaf's value in an object, in one spelling (value.h): a missing bool is false, a missing list
 * empty; any other missing value is null, and so is the zero of a number, an enum or an optional
 * text. Items of a named list have what of their rows can be set, and no null. */
json_t *mask_field_get(const json_t *object, const struct schema_field *mask_field);
/* Whether there is anything: not NULL, null, an empty text or an empty list. */
bool mask_field_is_set(const json_t *value);
/* Of the fields that exclude each other (FIELD_SPEC_ONLY_WITH) one behind this that the object has,
 * NULL when there is none. */
const struct schema_field *mask_field_instead(
	const json_t *object, const struct schema_field *mask_field);
/* Puts it into an object, as the API would show it: items keep what only the API sets, by name and
 * values, or by a name that is one item's alone. The object must be the caller's own. Errors:
 * -ENOMEM. */
int mask_field_put(
	json_t *object, const struct schema_field *mask_field, const json_t *value);

#endif
