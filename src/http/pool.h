/* SPDX-License-Identifier: MIT */
/* One thread owns curl; callers hand in a job and wait, with deadline and cancel. */
#ifndef HTTP_POOL_H
#define HTTP_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/cancel.h"
#include "transfer.h"

/* A caller inside http_call. Caller's memory, from pool_enter to pool_leave. */
struct waiter {
	struct http *http; /* borrowed */
	pthread_cond_t cond;
	/* Under the pool's lock. */
	bool cancelled;
	LIST_ENTRY(waiter) link;
};

void pool_enter(struct http *http, struct waiter *waiter, struct cancel *cancel);
void pool_leave(struct waiter *waiter, struct cancel *cancel);

/* Hands the job to the thread and waits until it is done or the job's deadline. ret_sent is written
 * always: after false no byte has left and none will. Errors: -ETIMEDOUT, -EINTR, -ESHUTDOWN; the
 * job is then the thread's to end. */
int pool_run(struct waiter *waiter, struct transfer *transfer, bool *ret_sent);
/* Waits until that time. Errors: -EINTR, -ESHUTDOWN. */
int pool_sleep(struct waiter *waiter, uint64_t until_ms);

#endif
