/* SPDX-License-Identifier: MIT */
/* One thread owns curl. Callers hand it a transfer and wait, with a deadline and a cancel. */
#ifndef HTTP_POOL_H
#define HTTP_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/cancel.h"
#include "transfer.h"

/* A thread inside http_call. Caller's memory, from pool_enter to pool_leave. */
struct waiter {
	struct http *http; /* borrowed */
	pthread_cond_t cond;
	/* Under the pool's lock. */
	bool cancelled;
	LIST_ENTRY(waiter) link;
};

/* cancel may be NULL; when it fires, the waiter stops waiting. */
void pool_enter(struct http *http, struct waiter *waiter, struct cancel *cancel);
void pool_leave(struct waiter *waiter, struct cancel *cancel);

/* Hands the transfer to the thread and waits until it is done or its deadline has passed. ret_sent
 * is always written: if it is false, no byte of the request has left and none will. Errors:
 * -ETIMEDOUT, -EINTR, -ESHUTDOWN; the thread then ends the transfer. */
int pool_run(struct waiter *waiter, struct transfer *transfer, bool *ret_sent);
/* Sleeps until until_ms (clock_mono_ms() scale). Errors: -EINTR, -ESHUTDOWN. */
int pool_sleep(struct waiter *waiter, uint64_t until_ms);

#endif
