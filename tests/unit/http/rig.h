/* SPDX-License-Identifier: MIT */
/* A server, a client and one call after the other. */
#ifndef HTTP_RIG_H
#define HTTP_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "http/http.h"
#include "testserver.h"

#define RIG_ANSWER_MAX 100000

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RIG_SLACK 5
#else
#define RIG_SLACK 1
#endif
#define RIG_SOON_MS (50 * RIG_SLACK)

struct rig {
	struct testserver *server;
	struct http *http;
};

/* How a call went. */
struct outcome {
	int r;
	bool sent;
	uint64_t ms;
	struct http_answer answer;
	struct err err;
};

void rig_start(struct rig *rig, const struct reply *replies, size_t count);
void rig_stop(struct rig *rig);
/* A call to the rig's server; path may be a whole URL. */
void rig_call(struct rig *rig, const char *method, const char *path, const char *body,
	uint64_t timeout_ms, struct cancel *cancel, struct outcome *ret);
void outcome_release(struct outcome *outcome);
#define CLEANUP_OUTCOME CLEANUP(outcome_release)

#define RIG(rig, ...)                                                                      \
	static const struct reply replies_[] = {__VA_ARGS__};                              \
	struct rig rig;                                                                    \
	rig_start(&rig, replies_, ARRAY_LEN(replies_))

#endif
