/* SPDX-License-Identifier: MIT */
/* Messages of the service's published schema, converted between JSON text (ProtoJSON, as Go's
 * protojson reads and writes it) and protobuf's wire format. One walk over the descriptors that
 * protobuf-c makes from src/proto's .proto files serves every message. */
#ifndef PROTO_MSG_H
#define PROTO_MSG_H

#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

/* Limits in bytes; more is -EFBIG. */
#define MSG_LEN_MAX    ((size_t)128 << 20) /* of a text, and of a message in the wire format */
#define MSG_MEMORY_MAX ((size_t)256 << 20) /* of a message read from the wire */

struct msg;	 /* one message; immutable, so readable from any thread */
struct msg_type; /* a message's type: protobuf-c's descriptor; static */

enum msg_flags {
	/* From JSON: refuses keys that are no field and names that are no value of their enum,
	 * which are skipped otherwise. */
	MSG_REFUSE_UNKNOWN = 1,
	/* To JSON: also writes unset fields: "", 0, false, [], the name of an enum's zero, null for
	 * a message. */
	MSG_WRITE_UNSET = 2,
	/* To JSON, for a service that decides what a mask means: writes the paths of a FieldMask
	 * unchanged, with commas between them, so none of them is an error. */
	MSG_MASK_PATHS = 4,
};

/* The type with this full name, which may follow a type URL's prefix: "google.rpc.ResourceInfo",
 * "type.googleapis.com/google.rpc.ResourceInfo". NULL if the schema does not have it. The schema
 * has the types of the package coreweave.networking.v1beta1, of google.rpc (Status, BadRequest,
 * PreconditionFailure, QuotaFailure, ResourceInfo, ErrorInfo, LocalizedMessage) and the well-known
 * types that they use. */
const struct msg_type *msg_type_named(const char *name);
/* The type's full name: "google.rpc.ResourceInfo". Static. */
const char *msg_type_name(const struct msg_type *type);

/* Reads JSON. A key is lowerCamelCase or as written in the .proto file; both keys of one field in
 * one object are refused. null means absent; in a list it is refused. A repeated key, bytes that
 * are not UTF-8 and NUL in a string are refused. A number may be "80" or 1e2, an enum a name or a
 * number. An enum's number without a name is kept; an unknown name is skipped (the field stays at
 * its zero). A Timestamp is RFC 3339, a FieldMask one string of lowerCamelCase paths. An Any is an
 * object with "@type" and the message's members if it is a detail of an error (the types of
 * google.rpc above but Status); else it has "value", the bytes in base64. Without "@type" an Any
 * has only unknown keys.
 * Errors: -EINVAL with what a server would say of the text, -EFBIG, -ENOMEM. */
int msg_from_json(const struct msg_type *type, const char *text, size_t len, unsigned flags,
	struct msg **ret, struct err *err);

/* Reads a message in the wire format; no bytes are a message with nothing set. Fields that are
 * unknown, or that have another wire type than theirs, are kept, and msg_to_wire writes them again.
 * A string that is not UTF-8 or has a NUL is refused, and so are groups. Errors: -EINVAL, -EFBIG,
 * -ENOMEM. */
int msg_from_wire(const struct msg_type *type, const void *bytes, size_t len,
	struct msg **ret, struct err *err);

/* Adds compact JSON: fields in the order of their numbers, under their lowerCamelCase names,
 * without unknown fields. An Any whose bytes are not of its type has "value" in base64 as well.
 * Errors: -EINVAL for a message that JSON cannot express (a time outside the years 1 to 9999, a
 * mask path without a lowerCamelCase form), -EFBIG, -ENOMEM. On failure ret is unchanged. */
int msg_to_json(const struct msg *msg, unsigned flags, struct buf *ret, struct err *err);

/* Adds the message in the wire format. Errors: -EFBIG, -ENOMEM; ret is then unchanged. */
int msg_to_wire(const struct msg *msg, struct buf *ret);

/* NULL is allowed. */
void msg_free(struct msg *msg);
static inline void msg_freep(struct msg **msg)
{
	msg_free(*msg);
}
#define CLEANUP_MSG CLEANUP(msg_freep)

/* Both steps at once: reads JSON and adds the wire format, or the other way round. Errors and flags
 * as above; on failure ret is unchanged. From the wire, the items of a list take memory one after
 * the other. */
int msg_json_to_wire(const struct msg_type *type, const char *text, size_t len,
	unsigned flags, struct buf *ret, struct err *err);
int msg_wire_to_json(const struct msg_type *type, const void *bytes, size_t len,
	unsigned flags, struct buf *ret, struct err *err);

#endif
