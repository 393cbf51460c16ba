/* SPDX-License-Identifier: MIT */
/* Reads protobuf's wire format (protobuf.dev/programming-guides/encoding) into a message.
 * protobuf-c's own reader is not used for three reasons: it drops scalars if a message of one field
 * comes in two parts, it takes strings for C strings without checking them, and it does not say
 * what it refuses. */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include <protobuf-c/protobuf-c.h>
#include "base/err.h"

struct intake {
	size_t left; /* bytes of memory that may still be used */
	struct err *err;
};

/* Adds what the bytes hold to the message. The last value of a field counts, lists are continued,
 * messages are merged. Fields that the type does not have, or that come in another wire type, are
 * kept as unknown fields. On failure part of the bytes may have been added. Errors: -EINVAL,
 * -EFBIG, -ENOMEM, each with a sentence. */
int wire_read(
	struct intake *intake, const uint8_t *bytes, size_t len, ProtobufCMessage *message);

/* The items of a message that is nothing but a list of messages: its type has one field. */
struct wire_items {
	const ProtobufCMessageDescriptor *type;
	const uint8_t *at;
	size_t left;	      /* bytes */
	struct intake intake; /* of all items together */
};

/* Makes the next item; *ret stays NULL after the last one. Other fields are skipped. The caller
 * frees *ret, also on failure, when part of it may have been read. Errors: as wire_read. */
int wire_next_item(struct wire_items *items, ProtobufCMessage **ret);

#endif
