/* SPDX-License-Identifier: MIT */
/* Walks an object along the schema and compares the types. */
#include "validate.h"

#include <stdio.h>
#include <string.h>
#include "base/distance.h"
#include "base/utf8.h"
#include "schema_tree.h"
#include "json_path.h"
#include "value.h"

#define KEY_TEXT_MAX 80 /* bytes of a key in an error message */
#define TYPOS_MAX    2
#define TYPO_LENGTH  4 /* bytes of a key for each typing error allowed */

static int validate_object(const struct validation *validation,
	const struct schema_field *dir, json_t *object, const struct json_path *path,
	struct err *err);

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

static int validate_refuse(const struct validation *validation,
	const struct json_path *path, const char *what, const json_t *value,
	struct err *err)
{
	char where[JSON_PATH_TEXT_MAX];

	json_path_where(
		path, validation->text ? validation->text : "", validation->len, where);
	if (!value)
		return err_set(err, validation->errnum, "%s: %s", where, what);
	return err_set(err, validation->errnum, "%s%sexpected %s, not %s", where,
		where[0] ? ": " : "", what, type_name(value));
}

static int validate_items(const struct validation *validation,
	const struct schema_field *list, const json_t *array, const struct json_path *path,
	struct err *err)
{
	size_t i;
	json_t *item;
	int r;

	if (!json_is_array(array))
		return validate_refuse(validation, path, "an array of objects", array, err);
	json_array_foreach (array, i, item) {
		struct json_path at = {.up = path, .index = i};

		r = validate_object(validation, schema_child(list, "*"), item, &at, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int validate_texts(const struct validation *validation, const json_t *array,
	const struct json_path *path, struct err *err)
{
	size_t i;
	json_t *item;

	if (!json_is_array(array))
		return validate_refuse(validation, path, "an array of strings", array, err);
	json_array_foreach (array, i, item) {
		struct json_path at = {.up = path, .index = i};

		if (!json_is_string(item))
			return validate_refuse(validation, &at, "a string", item, err);
	}
	return 0;
}

/* What is expected of a scalar of this type; NULL if value is that. */
static const char *validate_scalar(
	const struct validation *validation, enum field_type type, const json_t *value)
{
	json_int_t number;

	switch (type) {
	case FIELD_BOOL:
		return json_is_boolean(value) ? NULL : "true or false";
	case FIELD_INT:
		if (!validation->is_strict && value_int(value, &number))
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

static int validate_value(const struct validation *validation,
	const struct schema_field *schema, json_t *value, const struct json_path *path,
	struct err *err)
{
	const char *expected;

	if (json_is_null(value))
		return 0;
	if (schema->flags & FIELD_NAMED_ITEMS)
		return validate_items(validation, schema, value, path, err);
	if (schema->type == FIELD_DIR)
		return validate_object(validation, schema, value, path, err);
	if (schema->flags & FIELD_LINES)
		return validate_texts(validation, value, path, err);
	expected = validate_scalar(validation, schema->type, value);
	return expected ? validate_refuse(validation, path, expected, value, err) : 0;
}

/* The key below dir (NULL: the VPC's own) that was probably meant by one that does not exist; NULL
 * if there is none like it. Ignores case and underscores, and allows two typing errors. */
static const char *suggest_key(const struct schema_field *dir, const char *key)
{
	const struct schema_field *field = NULL;
	const char *best = NULL;
	size_t best_distance = TYPOS_MAX + 1;

	while ((field = schema_next_child(dir, field))) {
		size_t distance = word_distance(schema_key(field), key);

		if (schema_is_member(field) && distance < best_distance &&
			distance * TYPO_LENGTH <= strlen(schema_key(field))) {
			best = schema_key(field);
			best_distance = distance;
		}
	}
	return best;
}

static int validate_unknown(const struct validation *validation,
	const struct schema_field *dir, const struct json_path *path, struct err *err)
{
	const char *meant = suggest_key(dir, path->key);
	char what[KEY_TEXT_MAX] = "unknown field";

	if (meant)
		snprintf(what, sizeof(what), "unknown field; did you mean %s?", meant);
	return validate_refuse(validation, path, what, NULL, err);
}

static int validate_object(const struct validation *validation,
	const struct schema_field *dir, json_t *object, const struct json_path *path,
	struct err *err)
{
	const char *key;
	json_t *value;
	int r = 0;

	if (!json_is_object(object))
		return validate_refuse(validation, path, "an object", object, err);
	json_object_foreach (object, key, value) {
		struct json_path at = {.up = path, .key = key};
		const struct schema_field *schema = schema_child(dir, key);

		if (schema && !schema_is_member(schema))
			schema = NULL;
		if (schema && validation->is_strict && schema->type != FIELD_DIR &&
			!(schema->flags & FIELD_WRITABLE))
			r = validate_refuse(validation, &at,
				"read-only: the API sets it; leave it out", NULL, err);
		else if (schema)
			r = validate_value(validation, schema, value, &at, err);
		else if (validation->is_strict)
			r = validate_unknown(validation, dir, &at, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int validate_json(const struct validation *validation, json_t *object, struct err *err)
{
	return validate_object(validation, NULL, object, NULL, err);
}
