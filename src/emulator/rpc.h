/* SPDX-License-Identifier: MIT */
/* The codes of google.rpc.Code, with the name and the HTTP status of each (the API reference). */
#ifndef EMULATOR_RPC_H
#define EMULATOR_RPC_H

enum rpc_code {
	RPC_OK,
	RPC_CANCELLED,
	RPC_UNKNOWN,
	RPC_INVALID_ARGUMENT,
	RPC_DEADLINE_EXCEEDED,
	RPC_NOT_FOUND,
	RPC_ALREADY_EXISTS,
	RPC_PERMISSION_DENIED,
	RPC_RESOURCE_EXHAUSTED,
	RPC_FAILED_PRECONDITION,
	RPC_ABORTED,
	RPC_OUT_OF_RANGE,
	RPC_UNIMPLEMENTED,
	RPC_INTERNAL,
	RPC_UNAVAILABLE,
	RPC_DATA_LOSS,
	RPC_UNAUTHENTICATED,
	RPC_CODES
};

unsigned rpc_http_status(enum rpc_code code);
/* The code that an HTTP status most likely stands for. */
enum rpc_code rpc_from_http(unsigned status);
/* "INVALID_ARGUMENT", static. */
const char *rpc_name(enum rpc_code code);

#endif
