/* SPDX-License-Identifier: MIT */
/* The settable part of an object, mask field by mask field: what spec.json holds, what is compared,
 * what a PATCH sends. A mask field is the first of the schema fields that share a mask: what a
 * PATCH sets as a whole.
 * All values returned are the caller's own copies; NULL if memory runs out. */
#ifndef MODEL_MASK_FIELD_H
#define MODEL_MASK_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include "model/schema.h"

/* The mask field's value in an object, in one spelling (value.h). A missing bool is false, a
 * missing list is empty; any other missing value is null, and so is the zero of a number, an enum
 * or an optional string. Items of a named list have only their settable members, without nulls. */
json_t *mask_field_get(const json_t *object, const struct schema_field *mask_field);
/* The same, but items also have the members that no schema field describes: a PATCH builds on them.
 */
json_t *mask_field_get_whole(const json_t *object, const struct schema_field *mask_field);
/* Whether the value is set: not NULL, not null, not an empty string or list. */
bool mask_field_is_set(const json_t *value);
/* Of the fields that exclude each other (FIELD_SPEC_ONLY_WITH), one that stands behind mask_field
 * and is set in the object; NULL if there is none. */
const struct schema_field *mask_field_instead(
	const json_t *object, const struct schema_field *mask_field);
/* *ret gets the value with what else each item of a named list has in was; the caller releases it.
 * An item of was is matched by name and values, or by a name that only one item has. Errors:
 * -ENOMEM, -EFBIG. */
int mask_field_over(const struct schema_field *mask_field, const json_t *was,
	const json_t *value, json_t **ret);
/* Puts the value into an object as the API would show it: items keep what only the API sets. An
 * item of the old list is matched by name and values, or by a name that only one item has. The
 * object must be the caller's own. Errors: -ENOMEM. */
int mask_field_put(
	json_t *object, const struct schema_field *mask_field, const json_t *value);

#endif
