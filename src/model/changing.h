/* SPDX-License-Identifier: MIT */
/* How a change is put together. */
#ifndef MODEL_CHANGING_H
#define MODEL_CHANGING_H

#include <jansson.h>
#include "model/change.h"
#include "model/schema.h"
#include "find.h"
#include "parsed.h"

/* One leaf more, in the table's order. Takes value, also on failure; NULL is -ENOMEM. */
int change_add_take(struct change *change, const struct row *leaf, json_t *value);
/* A change of one leaf; empty where value means the same as what now has. Takes value. Errors:
 * -ENOMEM. */
int change_one_take(const struct parsed *now, const struct row *leaf, json_t *value,
	struct change **ret);
/* The same for the file at a place, which can be written and may be in an item of a list; new_name:
 * of an item that is one more, else "". Takes value. Errors: -ENOMEM. */
int change_place_take(const struct parsed *now, const struct place *place,
	const char *new_name, json_t *value, struct change **ret);

#endif
