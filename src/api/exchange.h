/* SPDX-License-Identifier: MIT */
/* One call of the service as a request and its answer: URL, token, one repetition after 401, and
 * the report to the observer. */
#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H

#include <stdatomic.h>
#include "protocol.h"

struct api {
	struct api_options options;
	char *endpoint; /* owned; without a slash at the end */
	_Atomic(const struct protocol *) protocol;
	atomic_bool has_listed; /* if set, protocol no longer changes */
};

struct exchange {
	/* The caller sets these. */
	const struct api_call *call; /* borrowed */
	size_t answer_max;	     /* the largest body of a success, in bytes */
	/* Valid from exchange_run until exchange_end. */
	const struct protocol *protocol;
	struct message message;
	struct http_answer answer;
	/* 0, or the errno and reason why the protocol cannot read the last answer */
	int read_error;
	struct err unreadable;
	struct timespec at;
	uint64_t begun_ms;
	unsigned attempts;
};

/* Sends the request and waits for the answer. Returns 0 with a 2xx in x->answer, or with a 304 if
 * the call had an ETag, else -problem->errnum. Call exchange_end afterwards in either case. */
int exchange_run(struct api *api, const struct op *op, struct exchange *x,
	struct api_problem *problem);
/* Reports a success whose body cannot be used, with r and err as the reason. Returns
 * -problem->errnum. */
int exchange_refuse(
	struct exchange *x, int r, const struct err *err, struct api_problem *problem);
/* Reports the call to the observer and frees the answer. r is the result of the call; returns r. */
int exchange_end(struct api *api, struct exchange *x, int r);

#endif
