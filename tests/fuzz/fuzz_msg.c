/* SPDX-License-Identifier: MIT */
/* Messages of any type, from any text and any bytes: what was read can be written, and read again
 * as the same. The first byte says which type, and whether JSON or wire bytes follow. */
#include "fuzz.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include "proto/method.h"

#define SHOWN_MAX ((size_t)64 << 20)

struct codec {
	const struct msg_type *type;
	unsigned flags;
};

static const struct msg_type *type_of(unsigned number)
{
	unsigned method = number / 2 % (METHODS + 1);

	if (method == METHODS)
		return method_status_type();
	return number % 2 ? method_of(method)->response : method_of(method)->request;
}

static struct msg *from_wire(const struct codec *codec, const struct buf *wire)
{
	struct msg *msg = NULL;

	CHECK(msg_from_wire(codec->type, wire->data, wire->len, &msg, NULL) == 0);
	return msg;
}

/* Whatever JSON it has is the JSON of a message that writes the same; but an Any from the wire may
 * hold bytes that are not of its type. */
static void check_json(const struct codec *codec, const struct msg *msg, bool from_json)
{
	CLEANUP_BUF struct buf json = BUF_INIT(SHOWN_MAX), again = BUF_INIT(SHOWN_MAX);
	CLEANUP_MSG struct msg *back = NULL;
	struct err err = {""};
	int r = msg_to_json(msg, codec->flags & MSG_WRITE_UNSET, &json, &err);

	if (r < 0) {
		CHECK(r == -EINVAL && err.text[0] && !from_json && !json.len);
		return;
	}
	if (!from_json && codec->type == method_status_type())
		return;
	CHECK(msg_from_json(codec->type, json.data, json.len, MSG_REFUSE_UNKNOWN, &back,
		      NULL) == 0);
	CHECK(msg_to_json(back, codec->flags & MSG_WRITE_UNSET, &again, NULL) == 0);
	CHECK(strcmp(json.data, again.data) == 0);
}

static void check_msg(const struct codec *codec, const struct msg *msg, bool from_json)
{
	CLEANUP_BUF struct buf wire = BUF_INIT(SHOWN_MAX), again = BUF_INIT(SHOWN_MAX);
	CLEANUP_MSG struct msg *back = NULL;

	CHECK(msg_to_wire(msg, &wire) == 0);
	back = from_wire(codec, &wire);
	CHECK(msg_to_wire(back, &again) == 0);
	CHECK(wire.len == again.len && memcmp(wire.data, again.data, wire.len) == 0);
	check_json(codec, msg, from_json);
}

/* In one step the wire format becomes the same JSON, or fails as well. */
static void check_one_step(
	const struct codec *codec, const struct msg *msg, const void *bytes, size_t size)
{
	CLEANUP_BUF struct buf json = BUF_INIT(SHOWN_MAX), again = BUF_INIT(SHOWN_MAX);
	unsigned flags = codec->flags & MSG_WRITE_UNSET;
	int r = msg ? msg_to_json(msg, flags, &json, NULL) : -EINVAL;

	CHECK(msg_wire_to_json(codec->type, bytes, size, flags, &again, NULL) == r);
	CHECK(strcmp(buf_str(&json), buf_str(&again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_MSG struct msg *msg = NULL;
	struct codec codec;
	struct err err = {""};
	bool is_json;
	int r;

	if (!size)
		return 0;
	is_json = data[0] & 0x80;
	codec.type = type_of(data[0] & 0x0F);
	codec.flags = data[0] >> 4 & (MSG_REFUSE_UNKNOWN | MSG_WRITE_UNSET);
	r = is_json ? msg_from_json(codec.type, (const char *)data + 1, size - 1,
			      codec.flags, &msg, &err)
		    : msg_from_wire(codec.type, data + 1, size - 1, &msg, &err);
	CHECK(r == 0 ? !err.text[0] : r == -EINVAL && err.text[0] && !msg);
	if (!is_json)
		check_one_step(&codec, msg, data + 1, size - 1);
	if (r == 0)
		check_msg(&codec, msg, is_json);
	return 0;
}
