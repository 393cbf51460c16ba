/* SPDX-License-Identifier: MIT */
/* The methods of coreweave.networking.v1beta1.VPCService, as Connect, gRPC and gRPC-Web call them:
 * POST to the path. */
#ifndef PROTO_METHOD_H
#define PROTO_METHOD_H

#include <stddef.h>
#include "proto/msg.h"

enum method_id {
	METHOD_LIST_VPCS,
	METHOD_GET_VPC,
	METHOD_CREATE_VPC,
	METHOD_UPDATE_VPC,
	METHOD_DELETE_VPC,
	METHODS
};

struct method {
	const char *name; /* "ListVPCs" */
	const char *path; /* "/coreweave.networking.v1beta1.VPCService/ListVPCs" */
	const struct msg_type *request, *response;
};

/* Static, never NULL. */
const struct method *method_of(enum method_id id);
/* METHODS when no method has this path (its first len bytes). */
enum method_id method_at(const char *path, size_t len);

/* google.rpc.Status: what an error is on gRPC (grpc-status-details-bin) and, as JSON, on REST. Its
 * details are google.protobuf.Any of the types that msg_type_named knows, or of others. A Connect
 * detail is one of these with its type and bytes apart: convert "value" with msg_wire_to_json by
 * msg_type_named("type"); the other way, msg_json_to_wire skips the "@type" of a detail's JSON. */
const struct msg_type *method_status_type(void);

#endif
