/* SPDX-License-Identifier: MIT */
/* The text of a file made from a JSON value, and back. A scalar is its text and a newline; a list
 * has a line for each item. */
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/utf8.h"
#include "print.h"
#include "value.h"
#include "scalar.h"

#define LIST_ITEMS_MAX 4096
#define WHERE_MAX      (DOC_PATH_MAX + 32) /* bytes of the start of an error message */
#define LIST_SEPARATED ", separated by blanks, commas or newlines"

/* Adds a line of a list. Each line must stay one line and, in a list separated by blanks, one item;
 * so a character that would break it is shown as %XX. This is for reading only: a value shown so
 * cannot be written back. */
static int show_line(const char *text, size_t len, const char *breaks, struct buf *ret)
{
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7F || strchr(breaks, c))
			r = buf_addf(ret, "%%%02X", c);
		else
			r = buf_addc(ret, text[i]);
	}
	return r < 0 ? r : buf_addc(ret, '\n');
}

static int show_lines(const struct doc_field *field, const json_t *array, struct buf *ret)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		const char *text = json_string_value(item);
		int r;

		if (text) {
			r = show_line(text, json_string_length(item),
				field->schema ? " ," : "", ret);
		} else {
			r = print_json(item, ret);
			if (r == 0)
				r = buf_addc(ret, '\n');
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int show_enum(
	const struct schema_field *schema, const json_t *value, struct buf *ret)
{
	const char *name = value_enum_name(schema, json_integer_value(value));

	if (value_is_zero(schema, value))
		name = value_enum_name(schema, 0);
	else if (json_is_string(value))
		return buf_add(ret, json_string_value(value), json_string_length(value));
	return name ? buf_adds(ret, name) : print_json(value, ret);
}

static int show_int(const json_t *value, struct buf *ret)
{
	json_int_t number = 0;

	value_int(value, &number);
	return buf_addf(ret, "%lld", (long long)number);
}

static int show_scalar(const struct doc_field *field, const json_t *value, struct buf *ret)
{
	const char *text = json_string_value(value);

	if (field->schema && field->type == FIELD_ENUM)
		return show_enum(field->schema, value, ret);
	if (field->schema && field->type == FIELD_INT)
		return show_int(value, ret);
	if (field->schema && field->type == FIELD_BOOL && !value)
		return buf_adds(ret, "false");
	if (!value)
		return 0;
	return text ? buf_add(ret, text, json_string_length(value))
		    : print_json(value, ret);
}

int text_show(const struct doc_field *field, const json_t *value, struct buf *ret)
{
	size_t before = ret->len;
	int r;

	if (json_is_array(value))
		return show_lines(field, value, ret);
	r = show_scalar(field, value, ret);
	return r < 0 || ret->len == before ? r : buf_addc(ret, '\n');
}

/* Copies the scalar without the blanks around it; of a FIELD_STRING only the last newline is
 * removed. */
static char *text_scalar(const struct text *text, size_t *ret_len)
{
	const char *bytes = text->bytes;
	size_t len = text->len;

	if (text->schema->type == FIELD_STRING) {
		len -= len && bytes[len - 1] == '\n';
	} else {
		for (; len && utf8_is_blank(bytes[len - 1]); len--)
			;
		for (; len && utf8_is_blank(bytes[0]); len--)
			bytes++;
	}
	*ret_len = len;
	return strndup(bytes, len);
}

/* An enum's value that has no name is a number. As a string it would be a name that the API does
 * not know, and drops. */
static json_t *text_value(enum field_type type, const char *scalar)
{
	if (type == FIELD_BOOL)
		return json_boolean(scalar_bool(scalar) == 1);
	if (type == FIELD_INT ||
		(type == FIELD_ENUM && scalar_is_int(scalar, strlen(scalar))))
		return json_integer(strtol(scalar, NULL, 10));
	return json_string(scalar);
}

static int parse_scalar(const struct text *text, json_t **ret, struct err *err)
{
	enum field_type type = text->schema->type;
	size_t len;
	CLEANUP_FREE char *scalar = text_scalar(text, &len);
	int r;

	if (!scalar)
		return -ENOMEM;
	r = scalar_check(text->schema, scalar, text->path, "", err);
	if (r < 0)
		return r;
	*ret = text_value(type, scalar);
	return *ret ? 0 : -ENOMEM;
}

/* Writes where an item of a list stands; adds the line, unless it is the first. */
static void list_where(const struct text *text, size_t at, char out[WHERE_MAX])
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += text->bytes[i] == '\n';
	if (line == 1)
		snprintf(out, WHERE_MAX, "%s", text->path);
	else
		snprintf(out, WHERE_MAX, "%s line %zu", text->path, line);
}

static int parse_list(const struct text *text, json_t **ret, struct err *err)
{
	CLEANUP_FREE char *copy = strndup(text->bytes, text->len);
	json_auto_t *array = json_array();
	char *save = NULL, where[WHERE_MAX];

	if (!copy || !array)
		return -ENOMEM;
	for (char *scalar = strtok_r(copy, " \t\r\n,", &save); scalar;
		scalar = strtok_r(NULL, " \t\r\n,", &save)) {
		if (scalar_check(text->schema, scalar, "", "", NULL) < 0) {
			list_where(text, (size_t)(scalar - copy), where);
			return scalar_check(
				text->schema, scalar, where, LIST_SEPARATED, err);
		}
		if (json_array_size(array) >= LIST_ITEMS_MAX)
			return err_set(err, EINVAL, "%s: more than %d items", text->path,
				LIST_ITEMS_MAX);
		if (json_array_append_new(array, json_string(scalar)) < 0)
			return -ENOMEM;
	}
	if (!json_array_size(array) && text->schema->flags & FIELD_REQUIRED &&
		!text->may_be_empty)
		return scalar_refuse_none(text->schema, text->path, err);
	*ret = STEAL(array);
	return 0;
}

int text_parse(const struct text *text, json_t **ret, struct err *err)
{
	if (memchr(text->bytes, '\0', text->len))
		return err_set(err, EINVAL, "%s: the text holds NUL bytes", text->path);
	if (text->schema->flags & FIELD_LINES)
		return parse_list(text, ret, err);
	return parse_scalar(text, ret, err);
}
