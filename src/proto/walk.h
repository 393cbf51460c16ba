/* SPDX-License-Identifier: MIT */
/* The two halves of the walk over a message's descriptor, and what both must know of a field. */
#ifndef PROTO_WALK_H
#define PROTO_WALK_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "proto/msg.h"

struct reading {
	unsigned flags; /* enum msg_flags */
	struct err *err;
};

struct writing {
	unsigned flags; /* enum msg_flags */
	struct buf *buf;
	struct err *err;
};

#define WALK_NAME_MAX 64 /* bytes of a lowerCamelCase name with its NUL */
void walk_json_name(const ProtobufCFieldDescriptor *field, char out[WALK_NAME_MAX]);
/* The size in bytes of one value in the message's memory; 0 for a kind of value that the schema
 * does not use. */
size_t walk_value_size(const ProtobufCFieldDescriptor *field);
/* A message with nothing set; NULL if memory runs out. */
ProtobufCMessage *walk_new(const ProtobufCMessageDescriptor *type);
static inline void walk_freep(ProtobufCMessage **message)
{
	protobuf_c_message_free_unpacked(*message, NULL);
}
#define CLEANUP_MESSAGE CLEANUP(walk_freep)

/* Makes a message of the type from its JSON form. Errors: -EINVAL with a sentence, -ENOMEM. */
int read_message(const ProtobufCMessageDescriptor *type, const json_t *in,
	const struct reading *how, ProtobufCMessage **ret);
/* Reads an object's members into a message that has nothing set. besides is a key that is allowed
 * although it is no field, or NULL. Errors as for read_message. */
int read_members(const json_t *in, const char *besides, const struct reading *how,
	ProtobufCMessage *message);
/* Writes the JSON form. On failure part of it may have been written. Errors: -EINVAL with a
 * sentence, -EFBIG, -ENOMEM. */
int write_message(const ProtobufCMessage *message, const struct writing *how);
/* Writes only the members, each after a comma; the first has no comma if is_first. */
int write_members(
	const ProtobufCMessage *message, bool is_first, const struct writing *how);
/* Writes the field's name as a key, with its colon. */
int write_key(const ProtobufCFieldDescriptor *field, struct buf *buf);

#endif
