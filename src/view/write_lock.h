/* SPDX-License-Identifier: MIT */
/* One writer a VPC at a time, and how writers wait; all of it ends with the mount. */
#ifndef VIEW_WRITE_LOCK_H
#define VIEW_WRITE_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/op.h"

/* One that is held; the writer's memory. Members are private. */
struct write_lock {
	struct write_lock *next;
	const void *vpc; /* compared only */
};

/* All of the mount's. Members are private; it has a lock of its own. */
struct write_locks {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct write_lock *held;
	bool stopping;
};

void write_locks_init(struct write_locks *all);
void write_locks_release(struct write_locks *all);
/* The mount ends: whoever waits here returns at once, now and from now on. */
void write_locks_stop(struct write_locks *all);

/* Errors: -ETIMEDOUT, -ESHUTDOWN. */
int write_lock_take(struct write_locks *all, struct write_lock *lock, const void *vpc,
	const struct op *op);
void write_lock_drop(struct write_locks *all, struct write_lock *lock);
/* Returns at until_ms (clock_mono_ms), or when the mount ends. */
void write_locks_sleep(struct write_locks *all, uint64_t until_ms);

#endif
