/* SPDX-License-Identifier: MIT */
/* HTTP method and path to the call or control endpoint. */
#ifndef EMULATOR_ROUTE_H
#define EMULATOR_ROUTE_H

#include <stdbool.h>

struct method;

enum route_kind {
	ROUTE_LIST,
	ROUTE_CREATE,
	ROUTE_GET,
	ROUTE_PATCH,
	ROUTE_DELETE,
	ROUTE_CALLS, /* those above are calls of the service */
	ROUTE_FAULTS = ROUTE_CALLS,
	ROUTE_REQUESTS,
	ROUTE_RELEASE,
	ROUTE_HISTORY,
	ROUTE_NOT_FOUND,
	ROUTE_WRONG_METHOD,
};

#define ROUTE_ID_MAX 1024

struct route {
	enum route_kind kind;
	bool control; /* below /emulator/: no fault applies, and it is not recorded */
	/* below the service's path in Connect and gRPC */
	bool procedure;
	const char *allow; /* static: for WRONG_METHOD, the methods that are allowed */
	/* for a call about one VPC: from the path, or from the request once it is read */
	char id[ROUTE_ID_MAX];
};

/* The call's method in the schema; NULL for a kind that is no call. */
const struct method *route_method(enum route_kind kind);

#define ROUTE_PLACE_MAX 4096
/* The path that the call has in REST, whatever its protocol; for a kind that is no call, the path
 * itself, cut to size. */
void route_place(const struct route *route, const char *path, char out[ROUTE_PLACE_MAX]);

/* path is that of the request line, without the query and still escaped. */
void route_find(const char *method, const char *path, struct route *ret);

#endif
