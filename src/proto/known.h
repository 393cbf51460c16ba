/* SPDX-License-Identifier: MIT */
/* The well-known types whose JSON is not the object of their fields
 * (protobuf.dev/programming-guides/json). */
#ifndef PROTO_KNOWN_H
#define PROTO_KNOWN_H

#include "walk.h"

struct known_type {
	const ProtobufCMessageDescriptor *type;
	/* As read_message, into a message of the type that has nothing set. */
	int (*read)(const json_t *in, const struct reading *how, ProtobufCMessage *message);
	/* As write_message. */
	int (*write)(const ProtobufCMessage *message, const struct writing *how);
};

/* NULL for a type whose JSON is the object of its fields. */
const struct known_type *known_find(const ProtobufCMessageDescriptor *type);

int timestamp_read(const json_t *in, const struct reading *how, ProtobufCMessage *message);
int timestamp_write(const ProtobufCMessage *message, const struct writing *how);
int mask_read(const json_t *in, const struct reading *how, ProtobufCMessage *message);
int mask_write(const ProtobufCMessage *message, const struct writing *how);
int any_read(const json_t *in, const struct reading *how, ProtobufCMessage *message);
int any_write(const ProtobufCMessage *message, const struct writing *how);

#endif
