/* SPDX-License-Identifier: MIT */
/* The settable part of an object, leaf by leaf. */
#include "leaf.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/map.h"
#include "items.h"
#include "member.h"
#include "rows.h"

/* Copies what can be set from object to copy, rows below dir. */
static int copy_settable(const struct row *dir, const json_t *object, json_t *copy)
{
	const struct row *row = NULL;
	int r = 0;

	while (r == 0 && (row = row_next_child(dir, row))) {
		json_t *value = member_get(object, row_key(row));

		if (!value)
			continue;
		if (row->type == FIELD_DIR) {
			json_t *below = json_object();

			r = below ? copy_settable(row, value, below) : -ENOMEM;
			if (json_object_set_new(copy, row_key(row), below) < 0)
				r = -ENOMEM;
		} else if (row->flags & FIELD_WRITABLE) {
			r = member_put_take(copy, row_key(row), json_deep_copy(value));
		}
	}
	return r;
}

static json_t *copy_item(const struct row *row, const json_t *item)
{
	json_auto_t *copy = json_object();
	json_t *ret = NULL;

	if (copy && member_put_take(copy, "name", json_string(item_name(item))) == 0 &&
		copy_settable(row, item, copy) == 0) {
		ret = copy;
		copy = NULL;
	}
	return ret;
}

static json_t *copy_items(const struct row *leaf, const json_t *array)
{
	const struct row *row = row_child(leaf, "*");
	json_t *copy = json_array(), *item;
	size_t i;

	json_array_foreach (array, i, item) {
		if (json_array_append_new(copy, copy_item(row, item)) < 0) {
			json_decref(copy);
			return NULL;
		}
	}
	return copy;
}

json_t *leaf_get(const json_t *object, const struct row *leaf)
{
	json_t *value = member_get(object, leaf->path);

	if (leaf->flags & FIELD_NAMED_ITEMS)
		return copy_items(leaf, value);
	if (value)
		return json_deep_copy(value);
	if (leaf->type == FIELD_BOOL)
		return json_false();
	if (leaf->type == FIELD_ADDRESSES || leaf->type == FIELD_CIDRS)
		return json_array();
	return json_null();
}

bool leaf_is_set(const json_t *value)
{
	const char *text = json_string_value(value);

	if (json_is_array(value))
		return json_array_size(value) > 0;
	return value && !json_is_null(value) && !(text && !text[0]);
}

/* Makes the settable members of old those of wanted. */
static int put_settable(const struct row *dir, json_t *old, const json_t *wanted)
{
	const struct row *row = NULL;
	int r = 0;

	while (r == 0 && (row = row_next_child(dir, row))) {
		const char *key = row_key(row);
		json_t *value = member_get(wanted, key);
		json_t *below = json_object_get(old, key);

		if (row->type != FIELD_DIR && !(row->flags & FIELD_WRITABLE))
			continue;
		if (!value)
			json_object_del(old, key);
		else if (row->type == FIELD_DIR && json_is_object(below))
			r = put_settable(row, below, value);
		else
			r = member_put_take(old, key, json_deep_copy(value));
	}
	return r;
}

static json_t *merge_item(
	const struct row *row, const struct map *old_items, const json_t *wanted)
{
	const json_t *old = map_get(old_items, item_name(wanted));
	json_t *item = json_deep_copy(old ? old : wanted);

	if (item && old && put_settable(row, item, wanted) < 0) {
		json_decref(item);
		return NULL;
	}
	return item;
}

static int put_items(json_t *object, const struct row *leaf, const json_t *wanted)
{
	CLEANUP(map_release) struct map old_items = {0};
	json_auto_t *array = json_array();
	size_t i;
	json_t *item;

	json_array_foreach (member_get(object, leaf->path), i, item) {
		int r = map_add(&old_items, item_name(item), item);

		if (r < 0 && r != -EEXIST)
			return r;
	}
	json_array_foreach (wanted, i, item) {
		json_t *merged = merge_item(row_child(leaf, "*"), &old_items, item);

		if (json_array_append_new(array, merged) < 0)
			return -ENOMEM;
	}
	return member_put_take(object, leaf->path, STEAL(array));
}

int leaf_put(json_t *object, const struct row *leaf, const json_t *value)
{
	if (json_is_null(value)) {
		member_remove(object, leaf->path);
		return 0;
	}
	if (leaf->flags & FIELD_NAMED_ITEMS)
		return put_items(object, leaf, value);
	return member_put_take(object, leaf->path, json_deep_copy(value));
}
