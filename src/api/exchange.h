/* SPDX-License-Identifier: MIT */
/* One call of the service as request and answer: URL, token, the one repetition after 401, and the
 * report of it. */
#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H

#include <stdatomic.h>
#include "protocol.h"

struct api {
	/* borrowed */
	struct http *http;
	/* owned, without a last slash */
	char *endpoint;
	_Atomic(const struct protocol *) protocol;
	/* from the first list on the protocol stays as it is */
	atomic_bool has_listed;
	int (*token)(void *arg, const struct op *op, bool again, struct secret *ret,
		struct err *err);
	void *token_arg;
	void (*observe)(void *arg, const struct api_event *event);
	void *observe_arg;
};

struct exchange {
	/* The caller sets these: the call, borrowed, and how many bytes the body of a success may
	 * have. */
	const struct api_call *call;
	size_t answer_max;
	/* From exchange_run until exchange_end. */
	const struct protocol *protocol;
	struct message message;
	struct http_answer answer;
	/* 0, or why the last answer is none of this protocol */
	int read_error;
	struct err unreadable;
	struct timespec at;
	uint64_t begun_ms;
	unsigned attempts;
};

/* Sends and waits. Returns 0 with a 2xx in x->answer, or with a 304 that was asked for, else
 * -problem->errnum. Call exchange_end after it in either case. */
int exchange_run(struct api *api, const struct op *op, struct exchange *x,
	struct api_problem *problem);
/* The success cannot be read, by that errno and sentence. Returns -problem->errnum. */
int exchange_refuse(
	struct exchange *x, int r, const struct err *err, struct api_problem *problem);
/* Tells the observer how it went, r being what the call will return, and frees the answer. Returns
 * r. */
int exchange_end(struct api *api, struct exchange *x, int r);

#endif
