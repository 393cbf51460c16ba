/* SPDX-License-Identifier: MIT */
/* The walk from a message to JSON. */
#include "walk.h"

#include <errno.h>
#include <string.h>
#include "base/quote.h"
#include "known.h"

/* Writes a name that needs no escapes. Not by buf_addf, which takes longer than all the rest of
 * writing a list. */
static int write_quoted(const char *name, struct buf *buf)
{
	int r = buf_addc(buf, '"');

	if (r == 0)
		r = buf_adds(buf, name);
	return r < 0 ? r : buf_addc(buf, '"');
}

static int write_enum(const ProtobufCEnumDescriptor *type, int32_t number, struct buf *buf)
{
	const ProtobufCEnumValue *value =
		protobuf_c_enum_descriptor_get_value(type, number);

	if (!value)
		return buf_addf(buf, "%d", number);
	return write_quoted(value->name, buf);
}

static int write_value(
	const ProtobufCFieldDescriptor *field, const void *at, const struct writing *how)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING: {
		const char *text = *(char *const *)at;

		return quote_json(text, strlen(text), how->buf);
	}
	case PROTOBUF_C_TYPE_BOOL:
		return buf_adds(
			how->buf, *(const protobuf_c_boolean *)at ? "true" : "false");
	case PROTOBUF_C_TYPE_INT32:
		return buf_addf(how->buf, "%d", *(const int32_t *)at);
	case PROTOBUF_C_TYPE_ENUM:
		return write_enum(field->descriptor, *(const int32_t *)at, how->buf);
	default:
		if (!*(ProtobufCMessage *const *)at)
			return buf_adds(how->buf, "null");
		return write_message(*(ProtobufCMessage *const *)at, how);
	}
}

static size_t list_count(
	const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message)
{
	return *(const size_t *)((const char *)message + field->quantifier_offset);
}

static int write_list(const ProtobufCFieldDescriptor *field,
	const ProtobufCMessage *message, const struct writing *how)
{
	const char *values = *(char *const *)((const char *)message + field->offset);
	size_t count = list_count(field, message);
	int r = buf_addc(how->buf, '[');

	for (size_t i = 0; i < count && r == 0; i++) {
		if (i)
			r = buf_addc(how->buf, ',');
		if (r == 0)
			r = write_value(field, values + i * walk_value_size(field), how);
	}
	return r < 0 ? r : buf_addc(how->buf, ']');
}

static bool is_set(const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message)
{
	const char *at = (const char *)message + field->offset;

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return list_count(field, message) > 0;
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return **(char *const *)at != '\0';
	case PROTOBUF_C_TYPE_BOOL:
		return *(const protobuf_c_boolean *)at;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_ENUM:
		return *(const int32_t *)at != 0;
	default:
		return *(ProtobufCMessage *const *)at != NULL;
	}
}

int write_key(const ProtobufCFieldDescriptor *field, struct buf *buf)
{
	char name[WALK_NAME_MAX];
	int r;

	walk_json_name(field, name);
	r = write_quoted(name, buf);
	return r < 0 ? r : buf_addc(buf, ':');
}

static int write_field(const ProtobufCFieldDescriptor *field,
	const ProtobufCMessage *message, bool is_first, const struct writing *how)
{
	int r = is_first ? 0 : buf_addc(how->buf, ',');

	if (r == 0)
		r = write_key(field, how->buf);
	if (r < 0)
		return r;
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return write_list(field, message, how);
	return write_value(field, (const char *)message + field->offset, how);
}

int write_members(const ProtobufCMessage *message, bool is_first, const struct writing *how)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	int r = 0;

	for (unsigned i = 0; i < type->n_fields && r == 0; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];

		if (!(how->flags & MSG_WRITE_UNSET) && !is_set(field, message))
			continue;
		r = write_field(field, message, is_first, how);
		is_first = false;
	}
	return r;
}

int write_message(const ProtobufCMessage *message, const struct writing *how)
{
	const struct known_type *known = known_find(message->descriptor);
	int r;

	if (known)
		return known->write(message, how);
	r = buf_addc(how->buf, '{');
	if (r == 0)
		r = write_members(message, true, how);
	return r < 0 ? r : buf_addc(how->buf, '}');
}
