/* SPDX-License-Identifier: MIT */
/* The file names of what the API names: items of a list by their `name`, keys of an object that no row knows.
 * Items that share a name become NAME~INDEX; where that is another item's name, the first in the list has it. */
#ifndef MODEL_ITEMS_H
#define MODEL_ITEMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/map.h"
#include "model/name.h"
#include "model/schema.h"

/* The item's name, "" when it has none. */
const char *item_name(const json_t *item);
/* The index of the item with this file name, -1 when there is none. */
ssize_t items_find(const json_t *array, const char *file);

/* The file names of a list. shared is the caller's, empty at first, released with map_release. */
int items_count_names(const json_t *array, struct map *shared);
/* The file name of an item. False when an earlier one has that name. */
bool items_file_name(const json_t *array, const struct map *shared, size_t index,
	char out[NAME_FILE_MAX]);

/* Whether a member of an object is shown as an unknown field, and under which name. is_known: the object has rows, those
 * below dir (NULL: the VPC's own). */
bool unknown_file_name(const struct row *dir, bool is_known, const char *key,
	const json_t *value, size_t index, char out[NAME_FILE_MAX]);
/* The unknown field with this file name, NULL when there is none; the first where several have it. Borrowed. */
json_t *unknown_find(
	const struct row *dir, bool is_known, json_t *object, const char *file);

#endif
