/* SPDX-License-Identifier: MIT */
/* A server, the api in front of it, and what it reported of its calls. */
#ifndef API_RIG_H
#define API_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "api/api.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "testserver.h"

#define VPC(id) "{\"id\":\"" id "\",\"name\":\"n-" id "\",\"zone\":\"Z\"}"
#define EVENTS	16

struct rig {
	struct testserver *server; /* NULL when the url is another's */
	struct http *http;
	struct api *api;
	struct op op;
	int token_error; /* of the next token */
	int token_again_error;
	unsigned tokens;
	struct api_event events[EVENTS];
	char paths[EVENTS][128];
	unsigned event_count;
};

/* A server with this script; the api speaks REST. */
void rig_start(struct rig *rig, const struct reply *replies, size_t count);
void rig_start_with(struct rig *rig, enum api_protocol protocol,
	const struct reply *replies, size_t count);
/* Without a server of its own. */
void rig_open(struct rig *rig, enum api_protocol protocol, const char *url);
void rig_stop(struct rig *rig);

#define RIG_WITH(rig, protocol, ...)                                                       \
	static const struct reply replies_[] = {__VA_ARGS__};                              \
	struct rig rig;                                                                    \
	struct api_problem problem;                                                        \
	rig_start_with(&rig, protocol, replies_, ARRAY_LEN(replies_))
#define RIG(rig, ...) RIG_WITH(rig, API_REST, __VA_ARGS__)

/* How the nth request begins and ends. */
void assert_request(struct rig *rig, unsigned index, const char *start, const char *end);
/* That it has this line in its head. */
void assert_header(struct rig *rig, unsigned index, const char *line);

#endif
