/* SPDX-License-Identifier: MIT */
/* Messages of the service's published schema, between JSON text (ProtoJSON, as Go's protojson reads
 * and writes it) and protobuf's wire format. One walk over the descriptors that protobuf-c makes of
 * src/proto's .proto files serves every message. */
#ifndef PROTO_MSG_H
#define PROTO_MSG_H

#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

/* Bytes; more is -EFBIG. */
#define MSG_LEN_MAX    ((size_t)128 << 20) /* of a text, of wire bytes */
#define MSG_MEMORY_MAX ((size_t)256 << 20) /* of a message read from the wire */

struct msg;	 /* one message; immutable, so readable from any thread */
struct msg_type; /* static: what a message is, by protobuf-c's descriptor */

enum msg_flags {
	/* From JSON: a key that is no field and a name that is no value of its enum are errors
	 * rather than skipped. */
	MSG_REFUSE_UNKNOWN = 1,
	/* To JSON: what is unset is written as well: "", 0, false, [], the name of an enum's zero,
	 * null for a message. */
	MSG_WRITE_UNSET = 2,
	/* To JSON, for a service that decides what a mask means: a FieldMask is its paths as they
	 * are, with commas between; none is an error. */
	MSG_MASK_PATHS = 4,
};

/* The type of this full name, also behind a type URL's prefix: "google.rpc.ResourceInfo",
 * "type.googleapis.com/google.rpc.ResourceInfo". NULL when the schema has none. Types are those of
 * the package coreweave.networking.v1beta1, of google.rpc (Status, BadRequest, PreconditionFailure,
 * QuotaFailure, ResourceInfo, ErrorInfo, LocalizedMessage) and the well-known ones they use. */
const struct msg_type *msg_type_named(const char *name);
/* "google.rpc.ResourceInfo", static. */
const char *msg_type_name(const struct msg_type *type);

/* Reads JSON. Keys are taken as lowerCamelCase and as written in the .proto file, not both at once;
 * null is absent, in a list it is refused; a key twice, bytes that are not UTF-8 and NUL in a text
 * are refused. Numbers may be "80" or 1e2, enums names or numbers; a number that has no name is
 * kept, a name that is not known is skipped (the field stays at its zero). A Timestamp is RFC 3339,
 * a FieldMask one string of lowerCamelCase paths, an Any an object with "@type" and its members
 * where that is a detail of an error (the types of google.rpc above but Status), else "value", the
 * bytes in base64 (without "@type" it has unknown keys only).
 * Errors: -EINVAL with what a server would say of the text, -EFBIG, -ENOMEM. */
int msg_from_json(const struct msg_type *type, const char *text, size_t len, unsigned flags,
	struct msg **ret, struct err *err);

/* Reads wire bytes; none is the message with nothing set. Fields that are unknown, or not in the
 * wire type they should have, are kept, and written again by msg_to_wire. Text that is not UTF-8 or
 * has a NUL is refused, and so are groups. Errors: -EINVAL, -EFBIG, -ENOMEM. */
int msg_from_wire(const struct msg_type *type, const void *bytes, size_t len,
	struct msg **ret, struct err *err);

/* Adds compact JSON, fields in the order of their numbers under their lowerCamelCase names, without
 * unknown fields. An Any whose bytes are not of its type has "value" in base64, too.
 * Errors: -EINVAL for what JSON cannot say (a time outside the years 1 to 9999, a mask path without
 * a lowerCamelCase form), -EFBIG, -ENOMEM. ret is as it was then. */
int msg_to_json(const struct msg *msg, unsigned flags, struct buf *ret, struct err *err);

/* Adds the wire bytes. Errors: -EFBIG, -ENOMEM; ret is as it was then. */
int msg_to_wire(const struct msg *msg, struct buf *ret);

/* NULL is allowed. */
void msg_free(struct msg *msg);
static inline void msg_freep(struct msg **msg)
{
	msg_free(*msg);
}
#define CLEANUP_MSG CLEANUP(msg_freep)

/* In one way and out the other: a text of JSON added to ret as wire bytes, and back. Errors and
 * flags as above; ret is as it was on failure. */
int msg_json_to_wire(const struct msg_type *type, const char *text, size_t len,
	unsigned flags, struct buf *ret, struct err *err);
int msg_wire_to_json(const struct msg_type *type, const void *bytes, size_t len,
	unsigned flags, struct buf *ret, struct err *err);

#endif
