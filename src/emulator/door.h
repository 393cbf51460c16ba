/* SPDX-License-Identifier: MIT */
/* A door is one protocol's way into the service: REST, Connect, gRPC, gRPC-Web. It turns a request
 * into the service's input and writes the service's answer in its protocol. Faults, holds and the
 * service itself lie between and are the same for all doors. */
#ifndef EMULATOR_DOOR_H
#define EMULATOR_DOOR_H

#include "exchange.h"

#define DOOR_PLAIN_TYPE "text/plain; charset=utf-8"

struct door {
	/* the protocol's name in /emulator/requests */
	const char *name;
	/* Sets codec, request, shown and the route's id, or the refusal. */
	void (*read)(const struct server *s, struct exchange *x, struct MHD_Connection *c);
	/* Turns the answer into HTTP: status, headers, body and trailers. */
	void (*write)(const struct server *s, const struct exchange *x, struct answer *a);
};

extern const struct door door_rest, door_connect, door_grpc, door_grpc_web;

/* The door of a request, chosen by its path and content type. */
const struct door *door_of(const struct route *route, struct MHD_Connection *c);

/* Shared by several doors. */

/* Whether path and HTTP method are those of a call; if not, sets x->refusal. */
bool door_has_call(struct exchange *x);

/* NULL if the request lacks the header. */
const char *door_header(struct MHD_Connection *c, const char *name);
/* The entry of known, a list that ends with NULL, that equals the content type; else NULL. */
const char *door_type(struct MHD_Connection *c, const char *const *known);
/* 415 with all content types that a procedure accepts. */
struct answer door_unknown_type(void);
/* Returns a new reference, or NULL with the reason in *why. */
json_t *door_json(const char *bytes, size_t len, json_error_t *why);
/* Wraps an answer about one VPC as the message {"vpc":...}; leaves a list, a whole message, alone.
 * */
void door_envelope(const struct exchange *x, struct answer *a);

/* Shared by Connect and gRPC (rpc_message.c). */

#define RPC_EMPTY_IS_NO_JSON                                                               \
	"unmarshal message: zero-length payload is not a valid JSON object"

/* The refusal of a message of len bytes, more than the maximum. */
struct answer rpc_too_long(size_t len);
/* Whether the encoding is absent (NULL), "identity" or "gzip"; for any other, *ret is the refusal.
 * */
bool rpc_knows(const char *encoding, struct answer *ret);
/* Decodes the request's bytes from such an encoding. On failure sets x->refusal and returns false.
 * */
bool rpc_unpack(struct exchange *x, const char *encoding, const void *bytes, size_t len,
	struct buf *ret);
/* Reads the one message of the request, or sets x->refusal. */
void rpc_read(struct exchange *x, const char *bytes, size_t len);
/* The refusal of a request body that is not the call's message. */
struct answer rpc_unreadable(enum route_kind kind, const char *why);
/* Encodes an ANSWER_MESSAGE in the request's codec; a failure turns it into a problem. */
void rpc_encode(const struct exchange *x, struct answer *a);

/* Makes the problem, the way Connect writes it, the body. */
void connect_write_problem(struct answer *a);

#endif
