/* SPDX-License-Identifier: MIT */
/* wake runs under the cancel's lock, so once unhook has had the lock, wake is no longer running. */
#include "base/cancel.h"

void cancel_init(struct cancel *c)
{
	pthread_mutex_init(&c->lock, NULL);
	atomic_init(&c->fired, false);
	c->wake = NULL;
	c->arg = NULL;
}

void cancel_release(struct cancel *c)
{
	pthread_mutex_destroy(&c->lock);
}

void cancel_fire(struct cancel *c)
{
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->fired, true);
	if (c->wake)
		c->wake(c->arg);
	pthread_mutex_unlock(&c->lock);
}

bool cancel_is_fired(struct cancel *c)
{
	return c && atomic_load(&c->fired);
}

void cancel_hook(struct cancel *c, void (*wake)(void *arg), void *arg)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->wake = wake;
	c->arg = arg;
	if (atomic_load(&c->fired))
		wake(arg);
	pthread_mutex_unlock(&c->lock);
}

void cancel_unhook(struct cancel *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->wake = NULL;
	c->arg = NULL;
	pthread_mutex_unlock(&c->lock);
}
