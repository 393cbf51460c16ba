/* SPDX-License-Identifier: MIT */
/* The settable part of an object, leaf by leaf. */
#include "leaf.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/map.h"
#include "canon.h"
#include "items.h"
#include "member.h"
#include "rows.h"
#include "value.h"

#define ITEM_TEXT_MAX (64u << 20) /* bytes */

/* Copies what can be set from object to copy, rows below dir. */
static int copy_settable(const struct row *dir, const json_t *object, json_t *copy)
{
	const struct row *row = NULL;
	int r = 0;

	while (r == 0 && (row = row_next_child(dir, row))) {
		json_t *value = member_get(object, row_key(row));

		bool is_number = row->type == FIELD_ENUM || row->type == FIELD_INT;

		if (!value && row->flags & FIELD_LINES)
			r = member_put_take(copy, row_key(row), json_array());
		if (!value || (is_number && value_is_zero(row, value)))
			continue;
		if (row->type == FIELD_DIR) {
			json_t *below = json_object();

			r = below ? copy_settable(row, value, below) : -ENOMEM;
			if (json_object_set_new(copy, row_key(row), below) < 0)
				r = -ENOMEM;
		} else if (row->flags & FIELD_WRITABLE) {
			r = member_put_take(copy, row_key(row), value_copy(row, value));
		}
	}
	return r;
}

static json_t *copy_item(const struct row *row, const json_t *item)
{
	json_auto_t *copy = json_object();
	const json_t *name = member_get(item, "name");
	int r = copy ? 0 : -ENOMEM;

	if (r == 0)
		r = member_put_take(
			copy, "name", name ? json_deep_copy(name) : json_string(""));
	if (r == 0)
		r = copy_settable(row, item, copy);
	return r < 0 ? NULL : STEAL(copy);
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
	if (leaf->flags & FIELD_LINES)
		return json_array();
	return json_null();
}

bool leaf_is_set(const json_t *value)
{
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_string(value))
		return json_string_length(value) > 0;
	return value && !json_is_null(value);
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

/* The items there were, each under its name and values, and under its name when that is its alone.
 * */
struct old_items {
	const struct row *list;
	struct map by_text, by_name;
};

static void old_items_release(struct old_items *old)
{
	map_release(&old->by_text);
	map_release(&old->by_name);
}

static int old_items_add(struct old_items *old, json_t *item)
{
	CLEANUP_BUF struct buf name = BUF_INIT(ITEM_TEXT_MAX),
			       text = BUF_INIT(ITEM_TEXT_MAX);
	int r = item_add_name(item, &name);

	if (r == 0)
		r = canon_add_item(old->list, item, &text);
	if (r == 0)
		r = map_add(&old->by_text, buf_str(&text), item);
	if (r == 0 || r == -EEXIST)
		r = map_add(&old->by_name, buf_str(&name), item);
	return r == -EEXIST ? map_set(&old->by_name, buf_str(&name), old) : r;
}

/* NULL in *ret when there was none. */
static int old_items_find(
	const struct old_items *old, const json_t *wanted, const json_t **ret)
{
	CLEANUP_BUF struct buf name = BUF_INIT(ITEM_TEXT_MAX),
			       text = BUF_INIT(ITEM_TEXT_MAX);
	const void *found;
	int r = item_add_name(wanted, &name);

	if (r == 0)
		r = canon_add_item(old->list, wanted, &text);
	if (r < 0)
		return r;
	found = map_get(&old->by_text, buf_str(&text));
	if (!found)
		found = map_get(&old->by_name, buf_str(&name));
	*ret = found == old ? NULL : found;
	return 0;
}

static int put_item(const struct old_items *old, const json_t *wanted, json_t *array)
{
	const json_t *was;
	json_auto_t *item = NULL;
	int r = old_items_find(old, wanted, &was);

	if (r < 0)
		return r;
	item = json_deep_copy(was ? was : wanted);
	r = item ? 0 : -ENOMEM;
	if (r == 0 && was)
		r = put_settable(row_child(old->list, "*"), item, wanted);
	if (r == 0 && json_array_append_new(array, STEAL(item)) < 0)
		r = -ENOMEM;
	return r;
}

static int put_items(json_t *object, const struct row *leaf, const json_t *wanted)
{
	CLEANUP(old_items_release) struct old_items old = {.list = leaf};
	json_auto_t *array = json_array();
	int r = array ? 0 : -ENOMEM;
	size_t i;
	json_t *item;

	json_array_foreach (member_get(object, leaf->path), i, item) {
		if (r == 0)
			r = old_items_add(&old, item);
	}
	json_array_foreach (wanted, i, item) {
		if (r == 0)
			r = put_item(&old, item, array);
	}
	return r < 0 ? r : member_put_take(object, leaf->path, STEAL(array));
}

int leaf_put(json_t *object, const struct row *leaf, const json_t *value)
{
	if (leaf->flags & FIELD_NAMED_ITEMS)
		return put_items(object, leaf, value);
	return member_put_take(object, leaf->path, json_deep_copy(value));
}
