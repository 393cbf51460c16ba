/* SPDX-License-Identifier: MIT */
/* The methods of coreweave.networking.v1beta1.VPCService. Connect, gRPC and gRPC-Web call a method
 * by a POST to its path. */
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

/* Never NULL; static. */
const struct method *method_of(enum method_id id);
/* The method with this path (its first len bytes); METHODS if there is none. */
enum method_id method_at(const char *path, size_t len);

/* google.rpc.Status: the form of an error on gRPC (grpc-status-details-bin) and, as JSON, on REST.
 * Its details are google.protobuf.Any, of types that msg_type_named knows or of others. A Connect
 * detail is such an Any with type and bytes apart: convert its "value" with msg_wire_to_json by
 * msg_type_named("type"). For the other direction msg_json_to_wire skips the "@type" in a detail's
 * JSON. */
const struct msg_type *method_status_type(void);

#endif
