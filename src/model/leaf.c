/* SPDX-License-Identifier: MIT */
/* The settable part of an object, leaf by leaf. */
#include "leaf.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "item_set.h"
#include "member.h"
#include "rows.h"
#include "value.h"

static json_t *copy_value(const struct row *row, const json_t *value);

/* The members that can be set, rows below dir. */
static json_t *copy_settable(const struct row *dir, const json_t *object)
{
	const struct row *row = NULL;
	json_auto_t *copy = json_object();
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (row = row_next_child(dir, row))) {
		json_auto_t *value = NULL;

		if (row->type != FIELD_DIR && !(row->flags & FIELD_WRITABLE))
			continue;
		value = copy_value(row, member_get(object, schema_key(row)));
		if (!json_is_null(value))
			r = member_put_take(copy, schema_key(row), STEAL(value));
	}
	return r < 0 ? NULL : STEAL(copy);
}

static json_t *copy_items(const struct row *leaf, const json_t *array)
{
	const struct row *row = row_child(leaf, "*");
	json_auto_t *copy = json_array();
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		if (json_array_append_new(copy, copy_settable(row, item)) < 0)
			return NULL;
	}
	return STEAL(copy);
}

static json_t *missing_value(const struct row *row)
{
	if (row->flags & FIELD_LINES)
		return json_array();
	if (row->flags & FIELD_NAME && row_below_item(row))
		return json_string("");
	return row->type == FIELD_BOOL ? json_false() : json_null();
}

/* Whether a value is spelled like a missing one. */
static bool is_left_out(const struct row *row, const json_t *value)
{
	bool is_number = row->type == FIELD_ENUM || row->type == FIELD_INT;
	bool is_optional = !(row->flags & (FIELD_REQUIRED | FIELD_SPEC_ONLY_WITH));

	return (is_number || is_optional) && value_is_zero(row, value);
}

static json_t *copy_value(const struct row *row, const json_t *value)
{
	if (row->flags & FIELD_NAMED_ITEMS)
		return copy_items(row, value);
	if (value && row->type == FIELD_DIR)
		return copy_settable(row, value);
	return value && !is_left_out(row, value) ? value_copy(row, value)
						 : missing_value(row);
}

json_t *leaf_get(const json_t *object, const struct row *leaf)
{
	return copy_value(leaf, member_get(object, leaf->path));
}

bool leaf_is_set(const json_t *value)
{
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_string(value))
		return json_string_length(value) > 0;
	return value && !json_is_null(value);
}

const struct row *leaf_instead(const json_t *object, const struct row *leaf)
{
	const struct row *other = leaf->flags & FIELD_SPEC_ONLY_WITH ? leaf : NULL;

	while (other && (other = leaf_next(other))) {
		if (other->flags & FIELD_SPEC_ONLY_WITH &&
			leaf_is_set(member_get(object, other->path)))
			return other;
	}
	return NULL;
}

/* Makes the settable members of old those of wanted. */
static int put_settable(const struct row *dir, json_t *old, const json_t *wanted)
{
	const struct row *row = NULL;
	int r = 0;

	while (r == 0 && (row = row_next_child(dir, row))) {
		const char *key = schema_key(row);
		json_t *value = member_get(wanted, key);
		json_t *below = json_object_get(old, key);

		if (row->type != FIELD_DIR && !(row->flags & FIELD_WRITABLE))
			continue;
		if (row->flags & FIELD_NAME) /* they have the same, spelled or not */
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

static int put_item(const struct item_set *old, const json_t *wanted, json_t *array)
{
	const json_t *same, *named, *was;
	json_auto_t *item = NULL;
	int r = item_set_find(old, wanted, &same, &named);

	if (r < 0)
		return r;
	was = same ? same : named;
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
	CLEANUP(item_set_release) struct item_set old = {0};
	json_auto_t *array = json_array();
	int r = array ? item_set_init(&old, leaf, member_get(object, leaf->path)) : -ENOMEM;
	size_t i;
	json_t *item;

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
