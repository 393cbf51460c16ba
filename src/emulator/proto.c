/* SPDX-License-Identifier: MIT */
/* ProtoJSON on the way in. */
#include "proto.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"

#define PROTO_NAME_MAX 64
#define PROTO_SHOWN    100
#define INVALID_PATH                                                                       \
	"proto: google.protobuf.FieldMask.paths contains invalid path: \"%.*s\""

static int wrong_value(const struct proto_field *f, const json_t *in, struct err *err)
{
	static const char *const kinds[] = {
		[PROTO_STRING] = "string",
		[PROTO_BOOL] = "bool",
		[PROTO_INT32] = "int32",
		[PROTO_ENUM] = "enum",
		[PROTO_TIMESTAMP] = "google.protobuf.Timestamp",
		[PROTO_MASK] = "google.protobuf.FieldMask",
		[PROTO_MESSAGE] = "message",
	};
	CLEANUP_FREE char *shown = json_dumps(in, JSON_COMPACT | JSON_ENCODE_ANY);

	return err_set(err, EINVAL,
		"proto: syntax error: invalid value for %s%s field %s: %.*s",
		f->repeated ? "repeated " : "", kinds[f->kind], f->name, PROTO_SHOWN,
		shown ? shown : "?");
}

/* 24, "24", 24.0 and "24.0" are all 24. */
static json_t *decode_int32(const json_t *in)
{
	const char *text = json_string_value(in);
	double value;
	char *end;

	if (text && *text && !isspace((unsigned char)*text)) {
		value = strtod(text, &end);
		if (*end)
			return NULL;
	} else if (json_is_number(in)) {
		value = json_number_value(in);
	} else {
		return NULL;
	}
	if (!(value >= INT32_MIN && value <= INT32_MAX) || value != (double)(int32_t)value)
		return NULL;
	return json_integer((json_int_t)value);
}

/* A name that is not known is dropped (*ret stays NULL), a number is kept. */
static int decode_enum(
	const struct proto_field *f, const json_t *in, json_t **ret, struct err *err)
{
	const char *name = json_string_value(in);
	json_int_t count = 0, number;
	json_t *checked;

	for (; f->values[count]; count++) {
		if (name && *name && strcmp(name, f->values[count]) == 0)
			*ret = json_string(name);
	}
	if (name)
		return 0;
	checked = decode_int32(in);
	if (!checked || json_is_string(in)) {
		json_decref(checked);
		return wrong_value(f, in, err);
	}
	number = json_integer_value(checked);
	if (number < 0 || number >= count || !f->values[number][0]) {
		*ret = checked;
		return 0;
	}
	json_decref(checked);
	*ret = json_string(f->values[number]);
	return 0;
}

/* What the .proto file's name of it can be: names of letters and digits between single dots. Paths
 * with an underscore have no form in JSON. */
static bool is_mask_path(const char *path, size_t len)
{
	bool begins = true;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)path[i];

		if (begins ? !isalpha(c) : (c != '.' && !isalnum(c)))
			return false;
		begins = c == '.';
	}
	return !begins;
}

static int check_mask(const char *text, const char *end, struct err *err)
{
	while (text < end) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		size_t len = (size_t)((comma ? comma : end) - text);

		if (!is_mask_path(text, len))
			return err_set(err, EINVAL, INVALID_PATH, (int)len, text);
		if (!comma)
			return 0;
		text = comma + 1;
		if (text == end)
			return err_set(err, EINVAL, INVALID_PATH, 0, "");
	}
	return 0;
}

static int decode_mask(const json_t *in, json_t **ret, struct err *err)
{
	const char *text = json_string_value(in), *end;
	int r;

	if (!text)
		return err_set(err, EINVAL, "proto: syntax error: unexpected token %s",
			json_is_array(in)    ? "["
			: json_is_object(in) ? "{"
					     : "for google.protobuf.FieldMask");
	end = text + json_string_length(in);
	while (text < end && isspace((unsigned char)*text))
		text++;
	while (text < end && isspace((unsigned char)end[-1]))
		end--;
	r = check_mask(text, end, err);
	if (r == 0)
		*ret = json_stringn(text, (size_t)(end - text));
	return r;
}

static json_t *decode_timestamp(const json_t *in)
{
	const char *text = json_string_value(in);
	struct timespec ignored;

	return text && clock_parse_rfc3339(text, &ignored) ? json_string(text) : NULL;
}

static json_t *decode_scalar(const struct proto_field *f, const json_t *in)
{
	switch (f->kind) {
	case PROTO_STRING:
		return json_is_string(in) ? json_deep_copy(in) : NULL;
	case PROTO_BOOL:
		return json_is_boolean(in) ? json_boolean(json_is_true(in)) : NULL;
	case PROTO_INT32:
		return decode_int32(in);
	default:
		return decode_timestamp(in);
	}
}

/* *ret stays NULL where the value is dropped. */
static int decode_one(
	const struct proto_field *f, const json_t *in, json_t **ret, struct err *err)
{
	switch (f->kind) {
	case PROTO_ENUM:
		return decode_enum(f, in, ret, err);
	case PROTO_MASK:
		return decode_mask(in, ret, err);
	case PROTO_MESSAGE:
		if (!json_is_object(in))
			return wrong_value(f, in, err);
		return proto_decode(f->message, in, ret, err);
	default:
		*ret = decode_scalar(f, in);
		return *ret ? 0 : wrong_value(f, in, err);
	}
}

static int decode_list(
	const struct proto_field *f, const json_t *in, json_t **ret, struct err *err)
{
	json_auto_t *list = json_array();
	json_t *from, *one = NULL;
	size_t i;

	if (!json_is_array(in))
		return wrong_value(f, in, err);
	json_array_foreach (in, i, from) {
		int r = decode_one(f, from, &one, err);

		if (r < 0)
			return r;
		if (json_array_append_new(list, one) < 0)
			return -ENOMEM;
	}
	*ret = json_incref(list);
	return 0;
}

/* "vpcPrefixes" is "vpc_prefixes" in the .proto file; both are taken, but not at once. */
static int find_value(
	const json_t *in, const char *name, const json_t **ret, struct err *err)
{
	const json_t *camel = json_object_get(in, name), *other;
	const char *whole = name;
	char snake[PROTO_NAME_MAX];
	size_t n = 0;

	for (; *name && n < sizeof(snake) - 2; name++) {
		if (isupper((unsigned char)*name))
			snake[n++] = '_';
		snake[n++] = (char)tolower((unsigned char)*name);
	}
	snake[n] = '\0';
	other = strcmp(snake, whole) == 0 ? NULL : json_object_get(in, snake);
	if (camel && other)
		return err_set(err, EINVAL, "proto: duplicate field \"%s\"", snake);
	*ret = camel ? camel : other;
	return 0;
}

int proto_decode(const struct proto_message *message, const json_t *in, json_t **ret,
	struct err *err)
{
	json_auto_t *out = json_object();

	if (!json_is_object(in))
		return err_set(err, EINVAL,
			"proto: syntax error: the body must be an object (%s)",
			message->name);
	for (size_t i = 0; i < message->count; i++) {
		const struct proto_field *f = &message->fields[i];
		const json_t *from = NULL;
		json_t *value = NULL;
		int r = find_value(in, f->name, &from, err);

		if (r < 0)
			return r;
		if (!from || json_is_null(from))
			continue;
		r = f->repeated ? decode_list(f, from, &value, err)
				: decode_one(f, from, &value, err);
		if (r < 0)
			return r;
		if (value && json_object_set_new(out, f->name, value) < 0)
			return -ENOMEM;
	}
	*ret = json_incref(out);
	return 0;
}
