/* SPDX-License-Identifier: MIT */
/* How a change is put together. */
#ifndef MODEL_CHANGE_INT_H
#define MODEL_CHANGE_INT_H

#include <jansson.h>
#include "model/change.h"
#include "model/schema.h"
#include "parsed.h"

/* One leaf more, in the table's order. Takes value, also on failure; NULL is -ENOMEM. */
int change_add_take(
	struct change *change, const struct schema_field *mask_field, json_t *value);
/* A change of one leaf; empty where value means the same as what now has. Takes value. Errors:
 * -ENOMEM. */
int change_one_take(const struct parsed *now, const struct schema_field *mask_field,
	json_t *value, struct change **ret);
#endif
