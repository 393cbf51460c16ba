/* SPDX-License-Identifier: MIT */
/* Tells a thread that waits for an answer that its caller has given up. */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Caller's memory. Only one wait at a time may hook it. The members are private. */
struct cancel {
	pthread_mutex_t lock;
	/* Atomic because a thread that holds the lock that wake takes must read it without ours. */
	atomic_bool fired;
	void (*wake)(void *arg);
	void *arg;
};

void cancel_init(struct cancel *c);
void cancel_release(struct cancel *c);

/* Marks it as fired and wakes the hooked waiter. May be called from any thread, any number of
 * times. */
void cancel_fire(struct cancel *c);
/* c may be NULL: never fired. */
bool cancel_is_fired(struct cancel *c);

/* Calls wake(arg) from the firing thread when the cancel fires, or at once if it has fired. wake
 * may take the waiter's lock, so the waiter must not hold that lock when it hooks or unhooks. c may
 * be NULL: nothing happens. */
void cancel_hook(struct cancel *c, void (*wake)(void *arg), void *arg);
/* On return wake is not running and will not run. c may be NULL. */
void cancel_unhook(struct cancel *c);

#endif
