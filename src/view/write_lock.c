/* SPDX-License-Identifier: MIT */
/* A write lock is held across requests. So it is an entry in a list, and writers wait for it on a
 * condition variable with a deadline: nobody waits with a mutex held. */
#include "write_lock.h"

#include <errno.h>
#include "base/clock.h"

void write_locks_init(struct write_locks *all)
{
	*all = (struct write_locks){0};
	pthread_mutex_init(&all->lock, NULL);
	clock_cond_init(&all->changed);
}

void write_locks_release(struct write_locks *all)
{
	pthread_cond_destroy(&all->changed);
	pthread_mutex_destroy(&all->lock);
}

void write_locks_stop(struct write_locks *all)
{
	pthread_mutex_lock(&all->lock);
	all->stopping = true;
	pthread_cond_broadcast(&all->changed);
	pthread_mutex_unlock(&all->lock);
}

static bool is_held(const struct write_locks *all, const void *vpc)
{
	const struct write_lock *lock = all->held;

	while (lock && lock->vpc != vpc)
		lock = lock->next;
	return lock != NULL;
}

int write_lock_take(struct write_locks *all, struct write_lock *lock, const void *vpc,
	const struct op *op)
{
	bool in_time = true;
	int r = 0;

	pthread_mutex_lock(&all->lock);
	while (is_held(all, vpc) && in_time && !all->stopping)
		in_time = clock_cond_wait(&all->changed, &all->lock, op->deadline_ms);
	if (all->stopping)
		r = -ESHUTDOWN;
	else if (is_held(all, vpc))
		r = -ETIMEDOUT;
	if (r == 0) {
		*lock = (struct write_lock){.next = all->held, .vpc = vpc};
		all->held = lock;
	}
	pthread_mutex_unlock(&all->lock);
	return r;
}

void write_lock_drop(struct write_locks *all, struct write_lock *lock)
{
	struct write_lock **at = &all->held;

	pthread_mutex_lock(&all->lock);
	while (*at != lock)
		at = &(*at)->next;
	*at = lock->next;
	pthread_cond_broadcast(&all->changed);
	pthread_mutex_unlock(&all->lock);
}

void write_locks_sleep(struct write_locks *all, uint64_t until_ms)
{
	pthread_mutex_lock(&all->lock);
	while (clock_mono_ms() < until_ms && !all->stopping)
		clock_cond_wait(&all->changed, &all->lock, until_ms);
	pthread_mutex_unlock(&all->lock);
}
