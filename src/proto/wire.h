/* SPDX-License-Identifier: MIT */
/* protobuf's wire format (protobuf.dev/programming-guides/encoding) to a message. protobuf-c's own
 * reader is not used: it drops scalars where messages of one field come in two parts, takes texts
 * for C strings without a look at them, and does not say what it refuses. */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include <protobuf-c/protobuf-c.h>
#include "base/err.h"

struct intake {
	size_t left; /* bytes of memory that may still be taken */
	struct err *err;
};

/* Adds what the bytes have to the message: the last value of a field counts, lists go on, messages
 * merge; fields that the type does not have, or not in that wire type, are kept as unknown. On
 * failure part of it may be there. Errors: -EINVAL, -EFBIG, -ENOMEM, each with a sentence. */
int wire_read(
	struct intake *intake, const uint8_t *bytes, size_t len, ProtobufCMessage *message);

#endif
