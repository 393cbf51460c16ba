/* SPDX-License-Identifier: MIT */
/* The settable part of an object, mask field by mask field. */
#include "mask_field.h"

#include <errno.h>
#include "base/cleanup.h"
#include "item_set.h"
#include "json_member.h"
#include "schema_tree.h"
#include "value.h"

static json_t *copy_value(
	const struct schema_field *schema, const json_t *value, bool is_whole);

/* Copies the members of a newer API: they go with the item, because a PATCH replaces the whole
 * list. */
static int copy_unknown(const struct schema_field *dir, const json_t *object, json_t *copy)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		if (!json_is_null(value) && !schema_child(dir, key) &&
			json_object_set_new(copy, key, json_deep_copy(value)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Copies those members that can be set and belong to schema fields below dir; if is_whole, also
 * those that no schema field describes. */
static json_t *copy_settable(
	const struct schema_field *dir, const json_t *object, bool is_whole)
{
	const struct schema_field *schema = NULL;
	json_auto_t *copy = json_object();
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (schema = schema_next_child(dir, schema))) {
		json_auto_t *value = NULL;

		if (schema->type != FIELD_DIR && !(schema->flags & FIELD_WRITABLE))
			continue;
		value = copy_value(
			schema, json_member_get(object, schema_key(schema)), is_whole);
		if (!json_is_null(value))
			r = json_member_put_take(copy, schema_key(schema), STEAL(value));
	}
	if (r == 0 && is_whole)
		r = copy_unknown(dir, object, copy);
	return r < 0 ? NULL : STEAL(copy);
}

static json_t *copy_items(
	const struct schema_field *mask_field, const json_t *array, bool is_whole)
{
	const struct schema_field *schema = schema_child(mask_field, "*");
	json_auto_t *copy = json_array();
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		if (json_array_append_new(copy, copy_settable(schema, item, is_whole)) < 0)
			return NULL;
	}
	return STEAL(copy);
}

static json_t *missing_value(const struct schema_field *schema)
{
	if (schema->flags & FIELD_LINES)
		return json_array();
	if (schema->flags & FIELD_NAME && schema_below_item(schema))
		return json_string("");
	return schema->type == FIELD_BOOL ? json_false() : json_null();
}

/* Whether the value is written like a missing one. */
static bool is_left_out(const struct schema_field *schema, const json_t *value)
{
	bool is_number = schema->type == FIELD_ENUM || schema->type == FIELD_INT;
	bool is_optional = !(schema->flags & (FIELD_REQUIRED | FIELD_SPEC_ONLY_WITH));

	return (is_number || is_optional) && value_is_zero(schema, value);
}

static json_t *copy_value(
	const struct schema_field *schema, const json_t *value, bool is_whole)
{
	if (schema->flags & FIELD_NAMED_ITEMS)
		return copy_items(schema, value, is_whole);
	if (value && schema->type == FIELD_DIR)
		return copy_settable(schema, value, is_whole);
	return value && !is_left_out(schema, value) ? value_copy(schema, value)
						    : missing_value(schema);
}

json_t *mask_field_get(const json_t *object, const struct schema_field *mask_field)
{
	return copy_value(mask_field, json_member_get(object, mask_field->path), false);
}

json_t *mask_field_get_whole(const json_t *object, const struct schema_field *mask_field)
{
	return copy_value(mask_field, json_member_get(object, mask_field->path), true);
}

bool mask_field_is_set(const json_t *value)
{
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_string(value))
		return json_string_length(value) > 0;
	return value && !json_is_null(value);
}

const struct schema_field *mask_field_instead(
	const json_t *object, const struct schema_field *mask_field)
{
	const struct schema_field *other =
		mask_field->flags & FIELD_SPEC_ONLY_WITH ? mask_field : NULL;

	while (other && (other = mask_field_next(other))) {
		if (other->flags & FIELD_SPEC_ONLY_WITH &&
			mask_field_is_set(json_member_get(object, other->path)))
			return other;
	}
	return NULL;
}

/* Gives the settable members of old the values that wanted has. */
static int put_settable(const struct schema_field *dir, json_t *old, const json_t *wanted)
{
	const struct schema_field *schema = NULL;
	int r = 0;

	while (r == 0 && (schema = schema_next_child(dir, schema))) {
		const char *key = schema_key(schema);
		json_t *value = json_member_get(wanted, key);
		json_t *below = json_object_get(old, key);

		if (schema->type != FIELD_DIR && !(schema->flags & FIELD_WRITABLE))
			continue;
		/* both have the same name, even if it is spelled differently */
		if (schema->flags & FIELD_NAME)
			continue;
		if (!value)
			json_object_del(old, key);
		else if (schema->type == FIELD_DIR && json_is_object(below))
			r = put_settable(schema, below, value);
		else
			r = json_member_put_take(old, key, json_deep_copy(value));
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
		r = put_settable(schema_child(old->list, "*"), item, wanted);
	if (r == 0 && json_array_append_new(array, STEAL(item)) < 0)
		r = -ENOMEM;
	return r;
}

static int put_items(const struct schema_field *list, const json_t *was,
	const json_t *wanted, json_t **ret)
{
	CLEANUP(item_set_release) struct item_set old = {0};
	json_auto_t *array = json_array();
	int r = array ? item_set_init(&old, list, was) : -ENOMEM;
	size_t i;
	json_t *item;

	json_array_foreach (wanted, i, item) {
		if (r == 0)
			r = put_item(&old, item, array);
	}
	if (r == 0)
		*ret = STEAL(array);
	return r;
}

int mask_field_over(const struct schema_field *mask_field, const json_t *was,
	const json_t *value, json_t **ret)
{
	if (mask_field->flags & FIELD_NAMED_ITEMS)
		return put_items(mask_field, was, value, ret);
	*ret = json_deep_copy(value);
	return *ret ? 0 : -ENOMEM;
}

int mask_field_put(
	json_t *object, const struct schema_field *mask_field, const json_t *value)
{
	json_auto_t *over = NULL;
	int r = mask_field_over(
		mask_field, json_member_get(object, mask_field->path), value, &over);

	return r < 0 ? r : json_member_put_take(object, mask_field->path, STEAL(over));
}
