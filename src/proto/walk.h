/* SPDX-License-Identifier: MIT */
/* The two halves of the walk over a message's descriptor, and what both need to know of a field. */
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
/* The bytes of one value where the message keeps it, 0 for a kind that the schema does not use. */
size_t walk_value_size(const ProtobufCFieldDescriptor *field);
/* Nothing set; NULL without memory. */
ProtobufCMessage *walk_new(const ProtobufCMessageDescriptor *type);
static inline void walk_freep(ProtobufCMessage **message)
{
	protobuf_c_message_free_unpacked(*message, NULL);
}
#define CLEANUP_MESSAGE CLEANUP(walk_freep)

/* A message of the type from its JSON form. Errors: -EINVAL with a sentence, -ENOMEM. */
int read_message(const ProtobufCMessageDescriptor *type, const json_t *in,
	const struct reading *how, ProtobufCMessage **ret);
/* An object's members into a message of nothing set. besides: a member that is there and no field,
 * or NULL. Errors as above. */
int read_members(const json_t *in, const char *besides, const struct reading *how,
	ProtobufCMessage *message);
/* The JSON form. On failure part of it may be there. Errors: -EINVAL with a sentence, -EFBIG,
 * -ENOMEM. */
int write_message(const ProtobufCMessage *message, const struct writing *how);
/* The members alone, each with a comma before it, but for the first where is_first. */
int write_members(
	const ProtobufCMessage *message, bool is_first, const struct writing *how);

#endif
