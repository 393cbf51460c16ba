/* SPDX-License-Identifier: MIT */
/* The items of a list, found by name and values, or by a name that only one item has. */
#ifndef MODEL_ITEM_SET_H
#define MODEL_ITEM_SET_H

#include <jansson.h>
#include <stdbool.h>
#include "base/map.h"
#include "model/schema.h"

/* Caller's memory. The array must outlive it. */
struct item_set {
	const struct schema_field *list;
	struct map by_text, by_name;
	bool repeats; /* two items have one name */
};

/* Release the set on failure, too. Errors: -ENOMEM, -EFBIG. */
int item_set_init(
	struct item_set *set, const struct schema_field *list, const json_t *array);
void item_set_release(struct item_set *set);
/* Finds the item with the same name and values, and the only item with the same name; each NULL if
 * there is none. Borrowed. Errors: -ENOMEM, -EFBIG. */
int item_set_find(const struct item_set *set, const json_t *item, const json_t **ret_same,
	const json_t **ret_named);

#endif
