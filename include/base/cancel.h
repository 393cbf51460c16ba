/* SPDX-License-Identifier: MIT */
/* A caller that gave up: fired by the one who learns it, watched by the one who waits. */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Caller's memory. One wait at a time may hook it. Members are private. */
struct cancel {
	pthread_mutex_t lock;
	/* Asked without the lock, by whoever holds the lock that wake takes. */
	atomic_bool fired;
	void (*wake)(void *arg);
	void *arg;
};

void cancel_init(struct cancel *c);
void cancel_release(struct cancel *c);

/* Marks it and wakes the hooked waiter; any thread, any number of times. */
void cancel_fire(struct cancel *c);
/* NULL is never fired. */
bool cancel_is_fired(struct cancel *c);

/* Has wake(arg) called, from the firing thread, when the cancel fires or at once if it has. wake
 * may take the waiter's own lock; so hook and unhook without holding that lock. c may be NULL:
 * nothing happens. */
void cancel_hook(struct cancel *c, void (*wake)(void *arg), void *arg);
/* On return wake does not run and will not. */
void cancel_unhook(struct cancel *c);

#endif
