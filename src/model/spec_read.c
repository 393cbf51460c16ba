/* SPDX-License-Identifier: MIT */
/* The strict reader of spec.json. It refuses what it does not understand, so that nothing is
 * dropped in silence. The values have the same syntax as in the files. An error message names line
 * and column. */
#include "spec_read.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/map.h"
#include "item_set.h"
#include "items.h"
#include "json_member.h"
#include "model/doc.h"
#include "model/val.h"
#include "nul.h"
#include "schema_tree.h"
#include "scan.h"
#include "validate.h"
#include "json_path.h"
#include "scalar.h"

#define PATH_STEPS_MAX 8
#define PATH_TEXT_MAX  128

static int check_members(const struct spec *spec, const struct schema_field *dir,
	const json_t *object, const struct json_path *path, struct err *err);

static int check_scalar(const struct spec *spec, const struct schema_field *schema,
	const json_t *value, const struct json_path *path, struct err *err)
{
	CLEANUP_BUF struct buf scalar = BUF_INIT(DOC_TEXT_MAX);
	char where[JSON_PATH_TEXT_MAX];
	int r = nul_add_string(value, &scalar);

	if (r < 0)
		return r;
	if (!json_is_string(value) ||
		scalar_check(schema, buf_str(&scalar), "", "", NULL) == 0)
		return 0;
	json_path_where(path, spec->text, spec->len, where);
	return scalar_check(schema, buf_str(&scalar), where, "", err);
}

static int spec_refuse(const struct spec *spec, const struct json_path *path,
	const char *what, struct err *err)
{
	char where[JSON_PATH_TEXT_MAX];

	json_path_where(path, spec->text, spec->len, where);
	return err_set(err, EINVAL, "%s: %s", where, what);
}

static int spec_refuse_none(const struct spec *spec, const struct schema_field *schema,
	const struct json_path *path, struct err *err)
{
	char where[JSON_PATH_TEXT_MAX];

	json_path_where(path, spec->text, spec->len, where);
	return scalar_refuse_none(schema, where, err);
}

static int check_list(const struct spec *spec, const struct schema_field *schema,
	const json_t *array, const struct json_path *path, struct err *err)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		struct json_path at = {.up = path, .index = i};
		int r = check_scalar(spec, schema, item, &at, err);

		if (r < 0)
			return r;
	}
	if (schema->flags & FIELD_REQUIRED && !json_array_size(array))
		return spec_refuse_none(spec, schema, path, err);
	return 0;
}

static int check_number(const struct spec *spec, const json_t *value,
	const struct json_path *path, struct err *err)
{
	json_int_t number = json_integer_value(value);

	if (number < INT32_MIN || number > INT32_MAX)
		return spec_refuse(spec, path, "a number out of range", err);
	return 0;
}

/* value must not be NULL. */
static int check_value(const struct spec *spec, const struct schema_field *schema,
	const json_t *value, const struct json_path *path, struct err *err)
{
	if (schema->type == FIELD_DIR)
		return check_members(spec, schema, value, path, err);
	if (schema->flags & FIELD_LINES)
		return check_list(spec, schema, value, path, err);
	if (json_is_integer(value))
		return check_number(spec, value, path, err);
	return check_scalar(spec, schema, value, path, err);
}

static int check_members(const struct spec *spec, const struct schema_field *dir,
	const json_t *object, const struct json_path *path, struct err *err)
{
	const struct schema_field *schema = NULL;
	int r = 0;

	while (r == 0 && (schema = schema_next_child(dir, schema))) {
		struct json_path at = {.up = path, .key = schema_key(schema)};
		const json_t *value = json_member_get(object, schema_key(schema));

		if (value)
			r = check_value(spec, schema, value, &at, err);
		else if (schema->flags & FIELD_REQUIRED)
			r = spec_refuse(spec, &at, "missing", err);
	}
	return r;
}

/* names holds the names seen in this text. NULL allows repeated names, since the API itself
 * returned some. */
static int check_name(const struct spec *spec, const struct schema_field *list,
	const json_t *item, struct map *names, const struct json_path *path,
	struct err *err)
{
	CLEANUP_BUF struct buf name = BUF_INIT(DOC_TEXT_MAX);
	struct json_path at = {.up = path, .key = schema_name_key(list)};
	int r = names ? item_add_name(list, item, &name) : 0;

	if (r == 0 && names)
		r = map_add(names, buf_str(&name), (void *)item);
	return r == -EEXIST ? spec_refuse(spec, &at, "a second entry with this name", err)
			    : r;
}

/* was is the list that the API returned. */
static int check_items(const struct spec *spec, const struct schema_field *list,
	const json_t *want, const json_t *was, const struct json_path *path,
	struct err *err)
{
	CLEANUP(item_set_release) struct item_set old = {0};
	CLEANUP(map_release) struct map names = {0};
	const json_t *same, *named;
	size_t i;
	json_t *item;
	int r = item_set_init(&old, list, was);

	json_array_foreach (want, i, item) {
		struct json_path at = {.up = path, .index = i};

		if (r == 0)
			r = check_name(spec, list, item,
				old.repeats || spec->is_part ? NULL : &names, &at, err);
		if (r == 0)
			r = item_set_find(&old, item, &same, &named);
		if (r == 0 && !same)
			r = check_members(spec, schema_child(list, "*"), item, &at, err);
	}
	return r;
}

/* Makes the JSON path of a mask field. Its keys point into text, which is cut up. */
static const struct json_path *mask_field_json_path(const struct schema_field *mask_field,
	char *text, struct json_path steps[PATH_STEPS_MAX])
{
	const struct json_path *up = NULL;
	char *save = NULL;
	size_t n = 0;

	snprintf(text, PATH_TEXT_MAX, "%s", mask_field->path);
	for (char *key = strtok_r(text, "/", &save); key && n < PATH_STEPS_MAX;
		key = strtok_r(NULL, "/", &save)) {
		steps[n] = (struct json_path){.up = up, .key = key};
		up = &steps[n++];
	}
	return up;
}

void spec_where(const struct spec *spec, const struct schema_field *mask_field,
	char out[JSON_PATH_TEXT_MAX])
{
	struct json_path steps[PATH_STEPS_MAX];
	char text[PATH_TEXT_MAX];

	json_path_where(
		mask_field_json_path(mask_field, text, steps), spec->text, spec->len, out);
}

int spec_check_mask_field(const struct spec *spec, const struct schema_field *mask_field,
	const json_t *want, const json_t *was, struct err *err)
{
	struct json_path steps[PATH_STEPS_MAX];
	char text[PATH_TEXT_MAX];
	const struct json_path *path = mask_field_json_path(mask_field, text, steps);

	if (json_is_null(want))
		return 0;
	if (mask_field->flags & FIELD_NAMED_ITEMS)
		return check_items(spec, mask_field, want, was, path, err);
	return check_value(spec, mask_field, want, path, err);
}

static int spec_parse(struct spec *spec, struct err *err)
{
	static const char hint[] = "expected a whole JSON object, nothing is changed";
	struct reader r = {.text = spec->text, .len = spec->len};
	struct val *val;
	int e;

	if (spec->len > DOC_TEXT_MAX)
		return err_set(err, EINVAL, "spec.json: the text is too long");
	reader_peek(&r);
	if (r.at == spec->len)
		return err_set(err, EINVAL, "spec.json: the text is empty; %s", hint);
	if (memchr(spec->text, '\0', spec->len))
		return err_set(
			err, EINVAL, "spec.json: the text holds NUL bytes; %s", hint);
	e = val_parse(spec->text, spec->len, VAL_STRICT, &val, err);
	if (e == 0)
		spec->object = (json_t *)val;
	return e;
}

static int spec_check_required(const struct spec *spec, struct err *err)
{
	const struct schema_field *mask_field = NULL;

	while ((mask_field = mask_field_next(mask_field))) {
		if (mask_field->flags & FIELD_REQUIRED &&
			!json_member_get(spec->object, mask_field->path))
			return err_set(err, EINVAL,
				"spec.json: %s is missing; the text replaces all that can "
				"be set, so it must have name and zone",
				mask_field->path);
	}
	return 0;
}

int spec_read(struct spec *spec, struct err *err)
{
	struct validation validation = {
		.errnum = EINVAL, .is_strict = true, .text = spec->text, .len = spec->len};
	int r = spec_parse(spec, err);

	if (r == 0)
		r = validate_json(&validation, spec->object, err);
	if (r == 0 && !spec->is_part)
		r = spec_check_required(spec, err);
	return r;
}

void spec_release(struct spec *spec)
{
	json_decref(spec->object);
	spec->object = NULL;
}
