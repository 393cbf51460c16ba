/* SPDX-License-Identifier: MIT */
/* The file names of what the API names: items of a list, keys that no row knows. */
#include "items.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "member.h"
#include "rows.h"

#define INDEX_TEXT_MAX 24

static char seen_once, seen_more; /* only their addresses count */

const char *item_name(const json_t *item)
{
	return member_text(item, "name");
}

static void index_text(size_t index, char out[INDEX_TEXT_MAX])
{
	snprintf(out, INDEX_TEXT_MAX, "%zu", index);
}

static bool item_shares_name(const json_t *array, size_t index)
{
	const char *name = item_name(json_array_get(array, index));
	size_t i;
	json_t *other;

	json_array_foreach (array, i, other) {
		if (i != index && strcmp(item_name(other), name) == 0)
			return true;
	}
	return false;
}

static bool item_is_file(
	const json_t *array, size_t index, const char *name, const char *file)
{
	char id[INDEX_TEXT_MAX], own[NAME_FILE_MAX];
	const char *tail = strrchr(file, '~');

	/* Cheap before exact: a plain first byte stays as it is. */
	if (isalnum((unsigned char)name[0]) && name[0] != file[0])
		return false;
	index_text(index, id);
	name_to_file(name, id, own);
	if (strcmp(own, file) == 0 && !item_shares_name(array, index))
		return true;
	if (!tail || strcmp(tail + 1, id) != 0)
		return false;
	name_with_id(name, id, own);
	return strcmp(own, file) == 0 && item_shares_name(array, index);
}

ssize_t items_find(const json_t *array, const char *file)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		if (item_is_file(array, i, item_name(item), file))
			return (ssize_t)i;
	}
	return -1;
}

int items_count_names(const json_t *array, struct map *shared)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		int r = map_add(shared, item_name(item), &seen_once);

		if (r == -EEXIST) {
			map_remove(shared, item_name(item));
			r = map_add(shared, item_name(item), &seen_more);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

bool items_file_name(const json_t *array, const struct map *shared, size_t index,
	char out[NAME_FILE_MAX])
{
	const char *name = item_name(json_array_get(array, index));
	char id[INDEX_TEXT_MAX];

	index_text(index, id);
	if (map_get(shared, name) == &seen_more)
		name_with_id(name, id, out);
	else
		name_to_file(name, id, out);
	/* Without a '~' no two names can become the same. */
	return !strchr(out, '~') || items_find(array, out) == (ssize_t)index;
}

bool unknown_file_name(const struct row *dir, bool is_known, const char *key,
	const json_t *value, size_t index, char out[NAME_FILE_MAX])
{
	const struct row *row = is_known ? row_child(dir, key) : NULL;
	char id[INDEX_TEXT_MAX];

	if (json_is_null(value) || (row && row_is_member(row)))
		return false;
	if (is_known && dir && strcmp(row_key(dir), "*") == 0 && strcmp(key, "name") == 0)
		return false;
	index_text(index, id);
	name_to_file(key, id, out);
	return !is_known || !row_child(dir, out);
}

json_t *unknown_find(const struct row *dir, bool is_known, json_t *object, const char *file)
{
	char own[NAME_FILE_MAX];
	size_t index = 0;
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		if (unknown_file_name(dir, is_known, key, value, index++, own) &&
			strcmp(own, file) == 0)
			return value;
	}
	return NULL;
}
