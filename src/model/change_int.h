/* SPDX-License-Identifier: MIT */
/* Functions that put a change together. */
#ifndef MODEL_CHANGE_INT_H
#define MODEL_CHANGE_INT_H

#include <jansson.h>
#include "model/change.h"
#include "model/schema.h"
#include "parsed.h"

/* Adds a mask field and its value; call it in the table's order. Takes value, also on failure; NULL
 * is -ENOMEM. */
int change_add_take(
	struct change *change, const struct schema_field *mask_field, json_t *value);
/* Makes a change of one mask field; it is empty if value means the same as now's value. Takes
 * value; NULL is -ENOMEM. Errors: -ENOMEM. */
int change_one_take(const struct parsed *now, const struct schema_field *mask_field,
	json_t *value, struct change **ret);
#endif
