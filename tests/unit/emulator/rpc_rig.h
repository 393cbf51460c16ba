/* SPDX-License-Identifier: MIT */
/* Calls of the service by the protocols other than REST, and their outcome. */
#ifndef TESTS_EMULATOR_RPC_RIG_H
#define TESTS_EMULATOR_RPC_RIG_H

#include "rig.h"

#define SERVICE "/coreweave.networking.v1beta1.VPCService/"

enum way { CONNECT_JSON, CONNECT_PROTO, GRPC_WEB, GRPC, WAYS };
extern const char *const way_names[WAYS];

enum { RPC_NO_ANSWER = -1 };

struct said {
	/* google.rpc.Code; RPC_NO_ANSWER, or minus the HTTP status of an answer that is not the
	 * protocol's own */
	int code;
	char *message;	 /* owned; an error's message */
	json_t *details; /* owned; an array as REST has it, unset fields left out */
	json_t *json; /* owned; the response, unset fields left out; NULL: not its message */
	struct reply reply; /* owned */
};

/* Starts an emulator with all doors; rig->url is the address for this protocol. */
void rpc_start(struct rig *rig, enum way way, struct emulator_options options);
/* Switches to another protocol of the same emulator. */
void rpc_turn(struct rig *rig, enum way way);

/* method: "ListVPCs"; request: JSON. */
struct said rpc_call(
	struct rig *rig, enum way way, const char *method, const char *request);
/* Sends these bytes as the request, frame included. */
struct said rpc_send(
	struct rig *rig, enum way way, const char *method, const void *bytes, size_t len);
void said_free(struct said *s);
/* Calls, asserts the code, frees. */
void rpc_expect(
	struct rig *rig, enum way way, const char *method, const char *request, int code);
/* A request in the way's encoding without its frame: a new string of *ret_len bytes. */
char *rpc_encoded(enum way way, const char *method, const char *request, size_t *ret_len);
/* Puts flags and length before it: *bytes is replaced. */
void rpc_frame(char **bytes, size_t *len, unsigned char flags);
/* The bytes as gzip: a new string of *ret_len bytes. */
char *rpc_gzip(const void *bytes, size_t len, size_t *ret_len);
/* json read as that message, with unset fields left out: a new value, NULL if it is no such
 * message. */
json_t *rpc_brief(const char *type, const json_t *json);

#endif
