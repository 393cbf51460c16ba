/* SPDX-License-Identifier: MIT */
/* The codes of google.rpc.Code, with the name and the HTTP status of each. */
#include "rpc.h"

#include <stddef.h>

static const struct {
	const char *name;
	unsigned status;
} codes[RPC_CODES] = {
	[RPC_OK] = {"OK", 200},
	[RPC_CANCELLED] = {"CANCELLED", 499},
	[RPC_UNKNOWN] = {"UNKNOWN", 500},
	[RPC_INVALID_ARGUMENT] = {"INVALID_ARGUMENT", 400},
	[RPC_DEADLINE_EXCEEDED] = {"DEADLINE_EXCEEDED", 504},
	[RPC_NOT_FOUND] = {"NOT_FOUND", 404},
	[RPC_ALREADY_EXISTS] = {"ALREADY_EXISTS", 409},
	[RPC_PERMISSION_DENIED] = {"PERMISSION_DENIED", 403},
	[RPC_RESOURCE_EXHAUSTED] = {"RESOURCE_EXHAUSTED", 429},
	[RPC_FAILED_PRECONDITION] = {"FAILED_PRECONDITION", 400},
	[RPC_ABORTED] = {"ABORTED", 409},
	[RPC_OUT_OF_RANGE] = {"OUT_OF_RANGE", 400},
	[RPC_UNIMPLEMENTED] = {"UNIMPLEMENTED", 501},
	[RPC_INTERNAL] = {"INTERNAL", 500},
	[RPC_UNAVAILABLE] = {"UNAVAILABLE", 503},
	[RPC_DATA_LOSS] = {"DATA_LOSS", 500},
	[RPC_UNAUTHENTICATED] = {"UNAUTHENTICATED", 401},
};

unsigned rpc_http_status(enum rpc_code code)
{
	return (unsigned)code < RPC_CODES ? codes[code].status : 500;
}

/* If several codes share a status, the first in the table is the most likely, except for 500. */
enum rpc_code rpc_from_http(unsigned status)
{
	if (status == 500)
		return RPC_INTERNAL;
	if (status == 405)
		return RPC_UNIMPLEMENTED;
	for (unsigned code = RPC_CANCELLED; code < RPC_CODES; code++) {
		if (codes[code].status == status)
			return (enum rpc_code)code;
	}
	return status >= 500 ? RPC_UNAVAILABLE : RPC_UNKNOWN;
}

const char *rpc_name(enum rpc_code code)
{
	return (unsigned)code < RPC_CODES ? codes[code].name : "UNKNOWN";
}
