/* SPDX-License-Identifier: MIT */
/* A server, the api that calls it, and the calls that the api reported. */
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
	struct testserver *server; /* NULL if the url is another server's */
	struct http *http;
	struct api *api;
	struct op op;
	int token_error; /* for the next token */
	int token_again_error;
	unsigned tokens;
	struct api_event events[EVENTS];
	char paths[EVENTS][128];
	unsigned event_count;
};

/* Starts a server with this script; the api speaks REST. */
void rig_start(struct rig *rig, const struct reply *replies, size_t count);
void rig_start_with(struct rig *rig, enum api_protocol protocol,
	const struct reply *replies, size_t count);
/* Opens the api at a url, without a server of its own. */
void rig_open(struct rig *rig, enum api_protocol protocol, const char *url);
void rig_stop(struct rig *rig);

#define RIG_WITH(rig, protocol, ...)                                                       \
	static const struct reply replies_[] = {__VA_ARGS__};                              \
	struct rig rig;                                                                    \
	struct api_problem problem;                                                        \
	rig_start_with(&rig, protocol, replies_, ARRAY_LEN(replies_))
#define RIG(rig, ...) RIG_WITH(rig, API_REST, __VA_ARGS__)

/* Checks how the nth request begins and ends. */
void assert_request(struct rig *rig, unsigned index, const char *start, const char *end);
/* Checks that the nth request has this header line. */
void assert_header(struct rig *rig, unsigned index, const char *line);

#endif
