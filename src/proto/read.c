/* SPDX-License-Identifier: MIT */
/* The walk from JSON to a message. It visits the fields of the type, not the keys of the object,
 * and looks up each field's value under its two names. */
#include "walk.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include "base/utf8.h"
#include "known.h"

#define SHOWN_MAX 100 /* bytes of a value in an error message */

static const char *kind_name(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return "string";
	case PROTOBUF_C_TYPE_BOOL:
		return "bool";
	case PROTOBUF_C_TYPE_INT32:
		return "int32";
	case PROTOBUF_C_TYPE_ENUM:
		return "enum";
	default:
		return "message";
	}
}

/* Shows only how a list or an object begins: jansson's printer takes a KiB of stack for each
 * level. */
static int refuse_value(
	const ProtobufCFieldDescriptor *field, const json_t *in, const struct reading *how)
{
	const char *begin = json_is_array(in) ? "[" : json_is_object(in) ? "{" : NULL;
	CLEANUP_FREE char *text = begin ? NULL : json_dumps(in, JSON_ENCODE_ANY);
	const char *shown = begin ? begin : text;
	char name[WALK_NAME_MAX];

	if (!shown)
		return -ENOMEM;
	walk_json_name(field, name);
	return err_set(how->err, EINVAL, "invalid value for %s%s field %s: %.*s",
		field->label == PROTOBUF_C_LABEL_REPEATED ? "repeated " : "",
		kind_name(field), name, (int)utf8_cut(shown, strlen(shown), SHOWN_MAX),
		shown);
}

static int read_string(const ProtobufCFieldDescriptor *field, const json_t *in,
	const struct reading *how, char **at)
{
	size_t len = json_string_length(in);

	if (!json_is_string(in) || memchr(json_string_value(in), '\0', len))
		return refuse_value(field, in, how);
	*at = strdup(json_string_value(in));
	return *at ? 0 : -ENOMEM;
}

/* Reads a string that holds a number in JSON's syntax, without white space around it. */
static bool number_in_text(const json_t *in, double *ret)
{
	const char *text = json_string_value(in), *digits = text + (*text == '-');
	const char *dot = strchr(digits, '.');
	char *end;

	if (strspn(text, "-+.eE0123456789") != json_string_length(in) ||
		!isdigit((unsigned char)digits[0]) ||
		(digits[0] == '0' && isdigit((unsigned char)digits[1])) ||
		(dot && !isdigit((unsigned char)dot[1])))
		return false;
	*ret = strtod(text, &end);
	return !*end;
}

/* 24, "24", 24.0 and "2.4e1" are all 24. */
static bool number_from(const json_t *in, int32_t *ret)
{
	double value = json_number_value(in);

	if (json_is_string(in) ? !number_in_text(in, &value) : !json_is_number(in))
		return false;
	if (!(value >= INT32_MIN && value <= INT32_MAX) || value != (int32_t)value)
		return false;
	*ret = (int32_t)value;
	return true;
}

/* An unknown name leaves the field at its zero. */
static int read_enum(const ProtobufCFieldDescriptor *field, const json_t *in,
	const struct reading *how, int32_t *at)
{
	const ProtobufCEnumDescriptor *type = field->descriptor;
	const ProtobufCEnumValue *value;

	if (json_is_number(in) && number_from(in, at))
		return 0;
	if (!json_is_string(in))
		return refuse_value(field, in, how);
	value = protobuf_c_enum_descriptor_get_value_by_name(type, json_string_value(in));
	if (value)
		*at = value->value;
	return value || !(how->flags & MSG_REFUSE_UNKNOWN) ? 0
							   : refuse_value(field, in, how);
}

static int read_single(const ProtobufCFieldDescriptor *field, const json_t *in,
	const struct reading *how, void *at)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return read_string(field, in, how, at);
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)at = json_is_true(in);
		return json_is_boolean(in) ? 0 : refuse_value(field, in, how);
	case PROTOBUF_C_TYPE_INT32:
		return number_from(in, at) ? 0 : refuse_value(field, in, how);
	case PROTOBUF_C_TYPE_ENUM:
		return read_enum(field, in, how, at);
	default:
		return read_message(field->descriptor, in, how, at);
	}
}

/* The count grows with the list, so that the message can be freed at any time. */
static int read_list(const ProtobufCFieldDescriptor *field, const json_t *in,
	const struct reading *how, ProtobufCMessage *message)
{
	size_t *count = (size_t *)((char *)message + field->quantifier_offset);
	char **values = (char **)((char *)message + field->offset);
	size_t size = walk_value_size(field), i;
	json_t *from;

	if (!json_is_array(in))
		return refuse_value(field, in, how);
	*values = calloc(json_array_size(in) + 1, size);
	if (!*values)
		return -ENOMEM;
	json_array_foreach (in, i, from) {
		int r = read_single(field, from, how, *values + i * size);

		if (r < 0)
			return r;
		*count = i + 1;
	}
	return 0;
}

static int read_field(const ProtobufCFieldDescriptor *field, const json_t *in,
	const struct reading *how, ProtobufCMessage *message)
{
	if (json_is_null(in))
		return 0;
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return read_list(field, in, how, message);
	return read_single(field, in, how, (char *)message + field->offset);
}

/* Looks up the field's two names; *ret is NULL if the object has neither. */
static int find_either(const ProtobufCFieldDescriptor *field, const json_t *in,
	const struct reading *how, const json_t **ret)
{
	const json_t *camel, *snake;
	char name[WALK_NAME_MAX];

	walk_json_name(field, name);
	camel = json_object_get(in, name);
	snake = strcmp(name, field->name) == 0 ? NULL : json_object_get(in, field->name);
	if (camel && snake)
		return err_set(how->err, EINVAL, "duplicate field \"%s\"", field->name);
	*ret = camel ? camel : snake;
	return 0;
}

static bool is_field(const ProtobufCMessageDescriptor *type, const char *key)
{
	char name[WALK_NAME_MAX];

	for (unsigned i = 0; i < type->n_fields; i++) {
		walk_json_name(&type->fields[i], name);
		if (strcmp(key, name) == 0 || strcmp(key, type->fields[i].name) == 0)
			return true;
	}
	return false;
}

static int refuse_unknown(const ProtobufCMessageDescriptor *type, const json_t *in,
	const char *besides, const struct reading *how)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)in, key, value) {
		if (!is_field(type, key) && !(besides && strcmp(key, besides) == 0))
			return err_set(how->err, EINVAL, "unknown field \"%.*s\"",
				(int)utf8_cut(key, strlen(key), SHOWN_MAX), key);
	}
	return 0;
}

int read_members(const json_t *in, const char *besides, const struct reading *how,
	ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;

	if (!json_is_object(in))
		return err_set(
			how->err, EINVAL, "syntax error: %s must be an object", type->name);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		const json_t *value = NULL;
		int r = find_either(field, in, how, &value);

		if (r == 0 && value)
			r = read_field(field, value, how, message);
		if (r < 0)
			return r;
	}
	return how->flags & MSG_REFUSE_UNKNOWN ? refuse_unknown(type, in, besides, how) : 0;
}

int read_message(const ProtobufCMessageDescriptor *type, const json_t *in,
	const struct reading *how, ProtobufCMessage **ret)
{
	CLEANUP_MESSAGE ProtobufCMessage *message = walk_new(type);
	const struct known_type *known = known_find(type);
	int r;

	if (!message)
		return -ENOMEM;
	r = known ? known->read(in, how, message) : read_members(in, NULL, how, message);
	if (r == 0)
		*ret = STEAL(message);
	return r;
}
