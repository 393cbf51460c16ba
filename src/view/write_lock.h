/* SPDX-License-Identifier: MIT */
/* Write locks: each VPC has one writer at a time, and others wait. All waiting ends with the mount.
 */
#ifndef VIEW_WRITE_LOCK_H
#define VIEW_WRITE_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/op.h"

/* A lock that is held, in the writer's memory. Members are private. */
struct write_lock {
	struct write_lock *next;
	const void *vpc; /* only compared, never followed */
};

/* All write locks of the mount. Members are private; it has a lock of its own. */
struct write_locks {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct write_lock *held;
	bool stopping;
};

void write_locks_init(struct write_locks *all);
void write_locks_release(struct write_locks *all);
/* The mount is ending: every operation that waits here returns at once, and from now on none waits.
 */
void write_locks_stop(struct write_locks *all);

/* Takes the VPC's write lock; blocks until op->deadline_ms. Errors: -ETIMEDOUT, -ESHUTDOWN. */
int write_lock_take(struct write_locks *all, struct write_lock *lock, const void *vpc,
	const struct op *op);
void write_lock_drop(struct write_locks *all, struct write_lock *lock);
/* Sleeps until until_ms (clock_mono_ms), or until the mount ends. */
void write_locks_sleep(struct write_locks *all, uint64_t until_ms);

#endif
