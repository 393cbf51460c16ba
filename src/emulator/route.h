/* SPDX-License-Identifier: MIT */
/* Method and path to what is asked. */
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
	bool control; /* below /emulator/: no faults, not recorded */
	/* below the path of the service of Connect and gRPC */
	bool procedure;
	const char *allow; /* static: what WRONG_METHOD should have been */
	/* of a call about one VPC: from the path, or from the request once it is read */
	char id[ROUTE_ID_MAX];
};

/* The call as the schema has it; NULL for a kind that is none. */
const struct method *route_method(enum route_kind kind);

#define ROUTE_PLACE_MAX 4096
/* The path that the call has in REST, whatever it came by; path, cut, where REST has none. */
void route_place(const struct route *route, const char *path, char out[ROUTE_PLACE_MAX]);

/* path: as in the request line, without the query, still escaped. */
void route_find(const char *method, const char *path, struct route *ret);

#endif
