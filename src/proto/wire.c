/* SPDX-License-Identifier: MIT */
/* Reads field by field, and messages within messages. The schema limits the depth, since no message
 * in it holds one of its own type. */
#include "wire.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/utf8.h"
#include "walk.h"

enum span_type { SPAN_VARINT = 0, SPAN_64 = 1, SPAN_BYTES = 2, SPAN_32 = 5 };

#define NUMBER_MAX  ((1u << 29) - 1)
#define VARINT_BITS 64

struct span {
	const uint8_t *at;
	size_t left; /* bytes */
};

/* One field as it stands in the bytes. */
struct span_field {
	unsigned number, type;
	uint64_t varint;   /* of SPAN_VARINT */
	struct span bytes; /* of SPAN_BYTES */
	struct span whole; /* everything after the tag */
};

static bool span_skip(struct span *span, uint64_t count)
{
	if (count > span->left)
		return false;
	span->at += count;
	span->left -= count;
	return true;
}

static bool span_varint(struct span *span, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < VARINT_BITS && span->left; shift += 7) {
		uint8_t byte = *span->at;

		span_skip(span, 1);
		value |= (uint64_t)(byte & 0x7F) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

static bool span_value(struct span *span, struct span_field *in)
{
	uint64_t len;

	switch (in->type) {
	case SPAN_VARINT:
		return span_varint(span, &in->varint);
	case SPAN_64:
		return span_skip(span, 8);
	case SPAN_32:
		return span_skip(span, 4);
	default:
		if (!span_varint(span, &len))
			return false;
		in->bytes = (struct span){span->at, len};
		return span_skip(span, len);
	}
}

/* Groups (types 3 and 4) exist in proto2 only. */
static int span_next(
	struct span *span, const char *where, struct span_field *ret, struct err *err)
{
	uint64_t key;

	if (!span_varint(span, &key))
		return err_set(err, EINVAL, "%s: the bytes end too early", where);
	ret->type = key & 7;
	ret->number = (unsigned)(key >> 3);
	if (!(key >> 3) || key >> 3 > NUMBER_MAX ||
		(ret->type > SPAN_BYTES && ret->type != SPAN_32))
		return err_set(err, EINVAL, "%s: no field has the tag %llu", where,
			(unsigned long long)key);
	ret->whole = *span;
	if (!span_value(span, ret))
		return err_set(err, EINVAL, "%s: the bytes end too early", where);
	ret->whole.left -= span->left;
	return 0;
}

/* Takes memory for what is read, within a limit: two bytes of input can take two hundred of
 * memory. */
static int intake_take(struct intake *intake, size_t size, void **ret)
{
	if (size > intake->left) {
		err_set(intake->err, EFBIG, "a message of too many fields");
		return -EFBIG;
	}
	*ret = malloc(size);
	if (!*ret) {
		err_set(intake->err, ENOMEM, "out of memory");
		return -ENOMEM;
	}
	intake->left -= size;
	return 0;
}

/* Makes room for one more value after `count` values. Lists grow by doubling. */
static int intake_grow(struct intake *intake, void **list, size_t count, size_t size)
{
	void *more;
	int r;

	if (count & (count - 1))
		return 0;
	r = intake_take(intake, (count ? 2 * count : 1) * size, &more);
	if (r)
		return r;
	if (count)
		memcpy(more, *list, count * size);
	free(*list);
	*list = more;
	return 0;
}

static int take_bytes(struct intake *intake, struct span span, ProtobufCBinaryData *ret)
{
	void *copy;
	int r = intake_take(intake, span.left + 1, &copy);

	if (r)
		return r;
	if (span.left)
		memcpy(copy, span.at, span.left);
	((char *)copy)[span.left] = '\0';
	*ret = (ProtobufCBinaryData){.len = span.left, .data = copy};
	return 0;
}

static int put_bytes(struct intake *intake, struct span span, ProtobufCBinaryData *at)
{
	ProtobufCBinaryData bytes;
	int r = take_bytes(intake, span, &bytes);

	if (r)
		return r;
	free(at->data);
	*at = bytes;
	return 0;
}

static int put_string(struct intake *intake, const ProtobufCFieldDescriptor *field,
	struct span span, char **at)
{
	ProtobufCBinaryData text;
	int r;

	if (!utf8_is_valid((const char *)span.at, span.left))
		return err_set(intake->err, EINVAL, "field %s contains invalid UTF-8",
			field->name);
	if (span.left && memchr(span.at, '\0', span.left))
		return err_set(intake->err, EINVAL, "field %s contains a NUL", field->name);
	r = take_bytes(intake, span, &text);
	if (r)
		return r;
	if (*at != field->default_value)
		free(*at);
	*at = (char *)text.data;
	return 0;
}

static int put_message(struct intake *intake, const ProtobufCMessageDescriptor *type,
	struct span span, ProtobufCMessage **at)
{
	if (!*at) {
		void *message;
		int r = intake_take(intake, type->sizeof_message, &message);

		if (r)
			return r;
		protobuf_c_message_init(type, message);
		*at = message;
	}
	return wire_read(intake, span.at, span.left, *at);
}

static int put_value(struct intake *intake, const ProtobufCFieldDescriptor *field,
	const struct span_field *in, void *at)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return put_string(intake, field, in->bytes, at);
	case PROTOBUF_C_TYPE_BYTES:
		return put_bytes(intake, in->bytes, at);
	case PROTOBUF_C_TYPE_MESSAGE:
		return put_message(intake, field->descriptor, in->bytes, at);
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)at = in->varint != 0;
		return 0;
	case PROTOBUF_C_TYPE_INT64:
		*(int64_t *)at = (int64_t)in->varint;
		return 0;
	default:
		*(int32_t *)at = (int32_t)in->varint;
		return 0;
	}
}

static int put_listed(struct intake *intake, const ProtobufCFieldDescriptor *field,
	const struct span_field *in, ProtobufCMessage *message)
{
	size_t *count = (size_t *)((char *)message + field->quantifier_offset);
	char **list = (char **)((char *)message + field->offset), *at;
	size_t size = walk_value_size(field);
	int r = intake_grow(intake, (void **)list, *count, size);

	if (r)
		return r;
	at = *list + *count * size;
	memset(at, 0, size);
	++*count;
	return put_value(intake, field, in, at);
}

static int put_unknown(
	struct intake *intake, const struct span_field *in, ProtobufCMessage *message)
{
	ProtobufCMessageUnknownField *field;
	ProtobufCBinaryData bytes;
	int r = intake_grow(intake, (void **)&message->unknown_fields,
		message->n_unknown_fields, sizeof(*field));

	if (r == 0)
		r = take_bytes(intake, in->whole, &bytes);
	if (r)
		return r;
	field = &message->unknown_fields[message->n_unknown_fields++];
	*field = (ProtobufCMessageUnknownField){.tag = in->number,
		.wire_type = (ProtobufCWireType)in->type,
		.len = bytes.len,
		.data = bytes.data};
	return 0;
}

static bool is_of_type(const ProtobufCFieldDescriptor *field, unsigned type)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return type == SPAN_BYTES;
	default:
		return type == SPAN_VARINT;
	}
}

int wire_read(
	struct intake *intake, const uint8_t *bytes, size_t len, ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	struct span span = {bytes, len};
	int r = 0;

	while (r == 0 && span.left) {
		const ProtobufCFieldDescriptor *field;
		struct span_field in = {0};

		r = span_next(&span, type->name, &in, intake->err);
		if (r)
			return r;
		field = protobuf_c_message_descriptor_get_field(type, in.number);
		if (!field || !is_of_type(field, in.type))
			r = put_unknown(intake, &in, message);
		else if (field->label == PROTOBUF_C_LABEL_REPEATED)
			r = put_listed(intake, field, &in, message);
		else
			r = put_value(intake, field, &in, (char *)message + field->offset);
	}
	return r;
}

int wire_next_item(struct wire_items *items, ProtobufCMessage **ret)
{
	const ProtobufCFieldDescriptor *field = items->type->fields;
	struct span span = {items->at, items->left};
	int r = 0;

	while (r == 0 && span.left && !*ret) {
		struct span_field in = {0};

		r = span_next(&span, items->type->name, &in, items->intake.err);
		if (r == 0 && in.number == field->id && is_of_type(field, in.type))
			r = put_message(&items->intake, field->descriptor, in.bytes, ret);
	}
	items->at = span.at;
	items->left = span.left;
	return r;
}
