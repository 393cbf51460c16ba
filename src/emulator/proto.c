/* SPDX-License-Identifier: MIT */
/* ProtoJSON on the way in. */
#include "proto.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"

#define PROTO_NAME_MAX 64
#define PROTO_SHOWN    100

static int wrong_value(const struct proto_field *f, const json_t *in, struct err *err)
{
	static const char *const kinds[] = {
		[PROTO_STRING] = "string",
		[PROTO_BOOL] = "bool",
		[PROTO_INT32] = "int32",
		[PROTO_ENUM] = "enum",
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

static json_t *decode_enum(const struct proto_field *f, const json_t *in)
{
	const char *name = json_string_value(in);
	json_int_t number = json_integer_value(in), count = 0;
	json_auto_t *checked = NULL;

	for (; f->values[count]; count++) {
		if (name && strcmp(name, f->values[count]) == 0)
			return json_string(name);
	}
	if (name)
		return NULL;
	checked = decode_int32(in);
	if (!checked)
		return NULL;
	number = json_integer_value(checked);
	return number >= 0 && number < count ? json_string(f->values[number])
					     : json_incref(checked);
}

static int decode_one(
	const struct proto_field *f, const json_t *in, json_t **ret, struct err *err)
{
	switch (f->kind) {
	case PROTO_STRING:
		*ret = json_is_string(in) ? json_deep_copy(in) : NULL;
		break;
	case PROTO_BOOL:
		*ret = json_is_boolean(in) ? json_boolean(json_is_true(in)) : NULL;
		break;
	case PROTO_INT32:
		*ret = decode_int32(in);
		break;
	case PROTO_ENUM:
		*ret = decode_enum(f, in);
		break;
	case PROTO_MESSAGE:
		if (!json_is_object(in))
			return wrong_value(f, in, err);
		return proto_decode(f->message, in, ret, err);
	}
	return *ret ? 0 : wrong_value(f, in, err);
}

static int decode_list(
	const struct proto_field *f, const json_t *in, json_t **ret, struct err *err)
{
	json_auto_t *list = json_array();
	json_t *from, *one;
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

/* "vpcPrefixes" is "vpc_prefixes" in the .proto file; both are taken. */
static json_t *field_value(const json_t *in, const char *name)
{
	char snake[PROTO_NAME_MAX];
	size_t n = 0;
	json_t *value = json_object_get(in, name);

	if (value)
		return value;
	for (; *name && n < sizeof(snake) - 2; name++) {
		if (isupper((unsigned char)*name))
			snake[n++] = '_';
		snake[n++] = (char)tolower((unsigned char)*name);
	}
	snake[n] = '\0';
	return json_object_get(in, snake);
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
		const json_t *from = field_value(in, f->name);
		json_t *value = NULL;
		int r;

		if (!from || json_is_null(from))
			continue;
		r = f->repeated ? decode_list(f, from, &value, err)
				: decode_one(f, from, &value, err);
		if (r < 0)
			return r;
		if (json_object_set_new(out, f->name, value) < 0)
			return -ENOMEM;
	}
	*ret = json_incref(out);
	return 0;
}
