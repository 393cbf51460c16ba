/* SPDX-License-Identifier: MIT */
/* The items of a list by what they are: name and values, or a name that is one item's alone. */
#ifndef MODEL_ITEM_SET_H
#define MODEL_ITEM_SET_H

#include <jansson.h>
#include <stdbool.h>
#include "base/map.h"
#include "model/schema.h"

/* Caller's memory; the array must outlive it. */
struct item_set {
	const struct schema_field *list;
	struct map by_text, by_name;
	bool repeats; /* a name stands twice */
};

/* To be released on failure, too. Errors: -ENOMEM, -EFBIG. */
int item_set_init(
	struct item_set *set, const struct schema_field *list, const json_t *array);
void item_set_release(struct item_set *set);
/* The item with the same name and values, and the one that alone has its name; NULL when there is
 * none. Borrowed. Errors: -ENOMEM, -EFBIG. */
int item_set_find(const struct item_set *set, const json_t *item, const json_t **ret_same,
	const json_t **ret_named);

#endif
