/* SPDX-License-Identifier: MIT */
/* Method and path to what is asked. */
#ifndef EMULATOR_ROUTE_H
#define EMULATOR_ROUTE_H

#include <stdbool.h>

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
	bool control;	   /* below /emulator/: no faults, not recorded */
	const char *allow; /* static: what WRONG_METHOD should have been */
	char id[ROUTE_ID_MAX];
};

/* path: as in the request line, without the query, still escaped. */
void route_find(const char *method, const char *path, struct route *ret);

#endif
