/* SPDX-License-Identifier: MIT */
/* Parses and prints JSON for other layers. A struct val is a json_t under another name. */
#include "model/val.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include "base/utf8.h"
#include "print.h"
#include "scan.h"

static json_t *val_json(const struct val *v)
{
	return (json_t *)(uintptr_t)v;
}

/* jansson may leave the error text empty when memory runs out. */
static int val_refuse(const json_error_t *error, struct err *err)
{
	char text[JSON_ERROR_TEXT_LENGTH];

	if (!error->text[0] || json_error_code(error) == json_error_out_of_memory)
		return err_set(err, ENOMEM, "out of memory");
	utf8_clean(text, sizeof(text), error->text, strnlen(error->text, sizeof(text)));
	return err_set(
		err, EINVAL, "line %d column %d: %s", error->line, error->column, text);
}

int val_parse(
	const char *text, size_t len, unsigned flags, struct val **ret, struct err *err)
{
	json_error_t error = {0};
	size_t strict = flags & VAL_STRICT ? JSON_REJECT_DUPLICATES : 0;
	json_t *json = scan_parse(text, len, JSON_DECODE_ANY | strict, &error);

	if (!json)
		return val_refuse(&error, err);
	*ret = (struct val *)json;
	return 0;
}

void val_unref(struct val *v)
{
	json_decref(val_json(v));
}

void val_unrefp(struct val **v)
{
	val_unref(*v);
	*v = NULL;
}

bool val_is_object(const struct val *v)
{
	return json_is_object(val_json(v));
}

bool val_is_array(const struct val *v)
{
	return json_is_array(val_json(v));
}

bool val_is_set(const struct val *v)
{
	return v && !json_is_null(val_json(v));
}

struct val *val_member(const struct val *v, const char *key)
{
	return (struct val *)json_object_get(val_json(v), key);
}

struct val *val_item(const struct val *v, size_t index)
{
	return (struct val *)json_array_get(val_json(v), index);
}

size_t val_count(const struct val *v)
{
	return val_is_object(v) ? json_object_size(val_json(v))
				: json_array_size(val_json(v));
}

const char *val_text(const struct val *v)
{
	return json_string_value(val_json(v));
}

size_t val_text_len(const struct val *v)
{
	return json_string_length(val_json(v));
}

bool val_integer(const struct val *v, int64_t *ret)
{
	if (!json_is_integer(val_json(v)))
		return false;
	*ret = json_integer_value(val_json(v));
	return true;
}

int val_print(const struct val *v, struct buf *ret)
{
	return print_json(val_json(v), ret);
}

const char *val_library_version(void)
{
	return jansson_version_str();
}
