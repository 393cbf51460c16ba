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
	struct testserver *server;
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

void rig_start(struct rig *rig, const struct reply *replies, size_t count);
void rig_stop(struct rig *rig);

#define RIG(rig, ...)                                                                      \
	static const struct reply replies_[] = {__VA_ARGS__};                              \
	struct rig rig;                                                                    \
	struct api_problem problem;                                                        \
	rig_start(&rig, replies_, ARRAY_LEN(replies_))

/* How the nth request begins and ends. */
void assert_request(struct rig *rig, unsigned index, const char *start, const char *end);

#endif
