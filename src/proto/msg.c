/* SPDX-License-Identifier: MIT */
/* Conversion between messages and texts or bytes: limits, memory and errors around the walk. A
 * struct msg is protobuf-c's message under another name. */
#include "proto/msg.h"

#include <errno.h>
#include <string.h>
#include "base/utf8.h"
#include "proto/json.h"
#include "type.h"
#include "walk.h"
#include "wire.h"

static int check_len(const struct msg_type *type, size_t len, struct err *err)
{
	if (len <= MSG_LEN_MAX)
		return 0;
	return err_set(err, EFBIG, "%s of %zu bytes is too long", msg_type_name(type), len);
}

int msg_from_wire(const struct msg_type *type, const void *bytes, size_t len,
	struct msg **ret, struct err *err)
{
	CLEANUP_MESSAGE ProtobufCMessage *message = walk_new(type_descriptor(type));
	struct intake intake = {.left = MSG_MEMORY_MAX, .err = err};
	int r;

	if (!message)
		return err_set(err, ENOMEM, "out of memory");
	r = check_len(type, len, err);
	if (r == 0)
		r = wire_read(&intake, bytes, len, message);
	if (r == 0)
		*ret = (struct msg *)STEAL(message);
	return r;
}

int msg_from_value(const struct msg_type *type, const json_t *value, unsigned flags,
	struct msg **ret, struct err *err)
{
	struct reading how = {.flags = flags, .err = err};
	ProtobufCMessage *message = NULL;
	int r = read_message(type_descriptor(type), value, &how, &message);

	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	if (r == 0)
		*ret = (struct msg *)message;
	return r;
}

/* jansson may leave the error text empty when memory runs out. */
static int say_syntax(const json_error_t *error, struct err *err)
{
	char text[JSON_ERROR_TEXT_LENGTH];

	if (!error->text[0] || json_error_code(error) == json_error_out_of_memory)
		return err_set(err, ENOMEM, "out of memory");
	utf8_clean(text, sizeof(text), error->text, strnlen(error->text, sizeof(text)));
	return err_set(err, EINVAL, "syntax error (line %d:%d): %s", error->line,
		error->column, text);
}

int msg_from_json(const struct msg_type *type, const char *text, size_t len, unsigned flags,
	struct msg **ret, struct err *err)
{
	json_error_t error = {0};
	json_auto_t *value = NULL;
	int r = check_len(type, len, err);

	if (r < 0)
		return r;
	value = json_loadb(text, len,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY |
			JSON_DECODE_INT_AS_REAL,
		&error);
	if (!value)
		return say_syntax(&error, err);
	return msg_from_value(type, value, flags, ret, err);
}

static int as_it_was(struct buf *buf, size_t len, int r)
{
	if (r < 0 && buf->data)
		buf_resize(buf, len);
	return r;
}

/* Ends the writing that r is the result of. before is how long the buffer was. */
static int end_writing(const struct writing *how, size_t before, int r)
{
	if (r == -ENOMEM)
		err_set(how->err, ENOMEM, "out of memory");
	else if (r == -EFBIG)
		err_set(how->err, EFBIG, "JSON longer than %zu bytes", how->buf->max);
	return as_it_was(how->buf, before, r);
}

int msg_to_json(const struct msg *msg, unsigned flags, struct buf *ret, struct err *err)
{
	struct writing how = {.flags = flags, .buf = ret, .err = err};
	size_t before = ret->len;

	return end_writing(
		&how, before, write_message((const ProtobufCMessage *)msg, &how));
}

int msg_to_wire(const struct msg *msg, struct buf *ret)
{
	const ProtobufCMessage *message = (const ProtobufCMessage *)msg;
	size_t before = ret->len, len = protobuf_c_message_get_packed_size(message);
	int r = buf_resize(ret, before + len);

	if (r == 0)
		protobuf_c_message_pack(message, (uint8_t *)ret->data + before);
	return r;
}

void msg_free(struct msg *msg)
{
	protobuf_c_message_free_unpacked((ProtobufCMessage *)msg, NULL);
}

int msg_json_to_wire(const struct msg_type *type, const char *text, size_t len,
	unsigned flags, struct buf *ret, struct err *err)
{
	CLEANUP_MSG struct msg *msg = NULL;
	int r = msg_from_json(type, text, len, flags, &msg, err);

	if (r < 0)
		return r;
	r = msg_to_wire(msg, ret);
	return r < 0 ? err_set(err, -r, "%s does not fit", msg_type_name(type)) : 0;
}

/* Whether the type is nothing but a list of messages, as the answer to ListVPCs is. */
static bool is_list(const ProtobufCMessageDescriptor *type)
{
	return type->n_fields == 1 && type->fields->label == PROTOBUF_C_LABEL_REPEATED &&
	       type->fields->type == PROTOBUF_C_TYPE_MESSAGE;
}

static int list_write_item(const ProtobufCFieldDescriptor *list,
	const ProtobufCMessage *item, bool is_first, const struct writing *how)
{
	int r = buf_addc(how->buf, is_first ? '{' : ',');

	if (r == 0 && is_first)
		r = write_key(list, how->buf);
	if (r == 0 && is_first)
		r = buf_addc(how->buf, '[');
	return r < 0 ? r : write_message(item, how);
}

/* Writes a list item by item, so that one of ten thousand VPCs is in memory as a message. Without
 * items it writes nothing. */
static int list_write(struct wire_items *items, const struct writing *how)
{
	for (bool is_first = true;; is_first = false) {
		CLEANUP_MESSAGE ProtobufCMessage *item = NULL;
		int r = wire_next_item(items, &item);

		if (r == 0 && !item)
			return is_first ? 0 : buf_adds(how->buf, "]}");
		if (r == 0)
			r = list_write_item(items->type->fields, item, is_first, how);
		if (r < 0)
			return r;
	}
}

static int list_to_json(const struct msg_type *type, const void *bytes, size_t len,
	const struct writing *how)
{
	struct wire_items items = {.type = type_descriptor(type),
		.at = bytes,
		.left = len,
		.intake = {.left = MSG_MEMORY_MAX, .err = how->err}};
	size_t before = how->buf->len;
	int r = check_len(type, len, how->err);

	return r < 0 ? r : end_writing(how, before, list_write(&items, how));
}

int msg_wire_to_json(const struct msg_type *type, const void *bytes, size_t len,
	unsigned flags, struct buf *ret, struct err *err)
{
	struct writing how = {.flags = flags, .buf = ret, .err = err};
	CLEANUP_MSG struct msg *msg = NULL;
	size_t before = ret->len;
	int r = 0;

	if (is_list(type_descriptor(type)))
		r = list_to_json(type, bytes, len, &how);
	if (r < 0 || ret->len > before)
		return r;
	r = msg_from_wire(type, bytes, len, &msg, err);
	return r < 0 ? r : msg_to_json(msg, flags, ret, err);
}
