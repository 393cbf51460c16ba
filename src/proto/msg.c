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

int msg_from_wire(const struct msg_type *type, const void *bytes, size_t len,
	struct msg **ret, struct err *err)
{
	CLEANUP_MESSAGE ProtobufCMessage *message = walk_new(type_descriptor(type));
	struct intake intake = {.left = MSG_MEMORY_MAX, .err = err};
	int r;

	if (!message)
		return err_set(err, ENOMEM, "out of memory");
	if (len > MSG_LEN_MAX)
		return err_set(err, EFBIG, "%s of %zu bytes is too long",
			msg_type_name(type), len);
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

	if (len > MSG_LEN_MAX)
		return err_set(err, EFBIG, "%s of %zu bytes is too long",
			msg_type_name(type), len);
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

int msg_to_json(const struct msg *msg, unsigned flags, struct buf *ret, struct err *err)
{
	struct writing how = {.flags = flags, .buf = ret, .err = err};
	size_t before = ret->len;
	int r = write_message((const ProtobufCMessage *)msg, &how);

	if (r == -ENOMEM)
		err_set(err, ENOMEM, "out of memory");
	else if (r == -EFBIG)
		err_set(err, EFBIG, "JSON longer than %zu bytes", ret->max);
	return as_it_was(ret, before, r);
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

int msg_wire_to_json(const struct msg_type *type, const void *bytes, size_t len,
	unsigned flags, struct buf *ret, struct err *err)
{
	CLEANUP_MSG struct msg *msg = NULL;
	int r = msg_from_wire(type, bytes, len, &msg, err);

	return r < 0 ? r : msg_to_json(msg, flags, ret, err);
}
