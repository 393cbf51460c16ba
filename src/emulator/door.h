/* SPDX-License-Identifier: MIT */
/* The ways into the service, one file each: REST, Connect, and gRPC with gRPC-Web. A door reads a
 * request into what the service takes, and writes what the service says in its protocol's words.
 * What lies between (faults, holds, the service itself) is the same for all. */
#ifndef EMULATOR_DOOR_H
#define EMULATOR_DOOR_H

#include "exchange.h"

#define DOOR_PLAIN_TYPE "text/plain; charset=utf-8"

struct door {
	/* as /emulator/requests calls the protocol */
	const char *name;
	/* Fills in codec, request, shown and the route's id, or the refusal. */
	void (*read)(const struct server *s, struct exchange *x, struct MHD_Connection *c);
	/* Makes the answer one of HTTP: status, headers, body and what comes behind it. */
	void (*write)(const struct server *s, const struct exchange *x, struct answer *a);
};

extern const struct door door_rest, door_connect, door_grpc, door_grpc_web;

/* The door that a request came through, by its path and its content type. */
const struct door *door_of(const struct route *route, struct MHD_Connection *c);

/* What several doors need. */

/* Whether path and HTTP method are those of a call; where they are not, x->refusal says so. */
bool door_has_call(struct exchange *x);

/* NULL when the request does not have it. */
const char *door_header(struct MHD_Connection *c, const char *name);
/* The one of known that the content type is; NULL, which is the last of them, when it is none. */
const char *door_type(struct MHD_Connection *c, const char *const *known);
/* 415 with all that may be posted to a procedure. */
struct answer door_unknown_type(void);
/* A new reference, or NULL with the reason. */
json_t *door_json(const char *bytes, size_t len, json_error_t *why);
/* The answer about one VPC as the whole message {"vpc":...}; a list is whole already. */
void door_envelope(const struct exchange *x, struct answer *a);

/* What Connect and gRPC have in common (rpc_message.c). */

#define RPC_EMPTY_IS_NO_JSON                                                               \
	"unmarshal message: zero-length payload is not a valid JSON object"

/* What is said of a message of so many bytes, more than a request may have. */
struct answer rpc_too_long(size_t len);
/* Whether it is none (NULL, "identity") or gzip; where it is another, *ret is the refusal. */
bool rpc_knows(const char *encoding, struct answer *ret);
/* Undoes such an encoding of the request's bytes. Where that cannot be, x->refusal says so, and the
 * result is false. */
bool rpc_unpack(struct exchange *x, const char *encoding, const void *bytes, size_t len,
	struct buf *ret);
/* Reads the one message of the request, or refuses it. */
void rpc_read(struct exchange *x, const char *bytes, size_t len);
/* What is said of a request that is not its message. */
struct answer rpc_unreadable(enum route_kind kind, const char *why);
/* Encodes an ANSWER_MESSAGE in the request's codec; one that cannot be becomes a problem. */
void rpc_encode(const struct exchange *x, struct answer *a);

/* The problem as Connect writes it. */
void connect_write_problem(struct answer *a);

#endif
