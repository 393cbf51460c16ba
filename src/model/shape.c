/* SPDX-License-Identifier: MIT */
/* Walks an object along the table and compares the types. */
#include "shape.h"

#include <stdio.h>
#include <string.h>
#include "base/utf8.h"
#include "rows.h"
#include "step.h"
#include "suggest.h"
#include "value.h"

#define KEY_TEXT_MAX 80 /* bytes of a key that a sentence shows */

static int shape_object(const struct shape *shape, const struct row *dir, json_t *object,
	const struct step *step, struct err *err);

static const char *type_name(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

static int shape_refuse(const struct shape *shape, const struct step *step,
	const char *what, const json_t *value, struct err *err)
{
	char where[STEP_TEXT_MAX];

	step_where(step, shape->text ? shape->text : "", shape->len, where);
	if (!value)
		return err_set(err, shape->errnum, "%s: %s", where, what);
	return err_set(err, shape->errnum, "%s%sexpected %s, not %s", where,
		where[0] ? ": " : "", what, type_name(value));
}

static int shape_items(const struct shape *shape, const struct row *list,
	const json_t *array, const struct step *step, struct err *err)
{
	size_t i;
	json_t *item;
	int r;

	if (!json_is_array(array))
		return shape_refuse(shape, step, "an array of objects", array, err);
	json_array_foreach (array, i, item) {
		struct step at = {.up = step, .index = i};

		r = shape_object(shape, row_child(list, "*"), item, &at, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int shape_texts(const struct shape *shape, const json_t *array,
	const struct step *step, struct err *err)
{
	size_t i;
	json_t *item;

	if (!json_is_array(array))
		return shape_refuse(shape, step, "an array of strings", array, err);
	json_array_foreach (array, i, item) {
		struct step at = {.up = step, .index = i};

		if (!json_is_string(item))
			return shape_refuse(shape, &at, "a string", item, err);
	}
	return 0;
}

/* What the type of a scalar expects, NULL when the value is that. */
static const char *shape_scalar(
	const struct shape *shape, enum field_type type, const json_t *value)
{
	json_int_t number;

	switch (type) {
	case FIELD_BOOL:
		return json_is_boolean(value) ? NULL : "true or false";
	case FIELD_INT:
		if (!shape->is_strict && value_int(value, &number))
			return NULL;
		return json_is_integer(value) ? NULL : "a whole number";
	case FIELD_ENUM:
		if (json_is_integer(value))
			return NULL;
		/* fall through */
	default:
		return json_is_string(value) ? NULL : "a string";
	}
}

static int shape_value(const struct shape *shape, const struct row *row, json_t *value,
	const struct step *step, struct err *err)
{
	const char *expected;

	if (json_is_null(value))
		return 0;
	if (row->flags & FIELD_NAMED_ITEMS)
		return shape_items(shape, row, value, step, err);
	if (row->type == FIELD_DIR)
		return shape_object(shape, row, value, step, err);
	if (row->flags & FIELD_LINES)
		return shape_texts(shape, value, step, err);
	expected = shape_scalar(shape, row->type, value);
	return expected ? shape_refuse(shape, step, expected, value, err) : 0;
}

static int shape_unknown(const struct shape *shape, const struct row *dir,
	const struct step *step, struct err *err)
{
	const char *meant = suggest_key(dir, step->key);
	char what[KEY_TEXT_MAX] = "unknown field";

	if (meant)
		snprintf(what, sizeof(what), "unknown field; did you mean %s?", meant);
	return shape_refuse(shape, step, what, NULL, err);
}

static int shape_object(const struct shape *shape, const struct row *dir, json_t *object,
	const struct step *step, struct err *err)
{
	const char *key;
	json_t *value;
	int r = 0;

	if (!json_is_object(object))
		return shape_refuse(shape, step, "an object", object, err);
	json_object_foreach (object, key, value) {
		struct step at = {.up = step, .key = key};
		const struct row *row = row_child(dir, key);

		if (row && !row_is_member(row))
			row = NULL;
		if (row && shape->is_strict && row->type != FIELD_DIR &&
			!(row->flags & FIELD_WRITABLE))
			r = shape_refuse(shape, &at,
				"read-only: the API sets it; leave it out", NULL, err);
		else if (row)
			r = shape_value(shape, row, value, &at, err);
		else if (shape->is_strict)
			r = shape_unknown(shape, dir, &at, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int shape_check(const struct shape *shape, json_t *object, struct err *err)
{
	return shape_object(shape, NULL, object, NULL, err);
}
