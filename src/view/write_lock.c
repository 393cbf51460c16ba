/* SPDX-License-Identifier: MIT */
/* Waiting: for a VPC's write lock, for somebody else's answer. Never with a lock held, never past a
 * deadline. */
#include "internal.h"

#include <errno.h>
#include "base/clock.h"

uint64_t view_generation(struct view *view)
{
	uint64_t now = clock_mono_us();

	view->last_generation =
		now > view->last_generation ? now : view->last_generation + 1;
	return view->last_generation;
}

bool view_wait(struct view *view, uint64_t deadline_ms)
{
	return clock_cond_wait(&view->changed, &view->lock, deadline_ms);
}

void view_wake(void *arg)
{
	struct view *view = arg;

	pthread_mutex_lock(&view->lock);
	pthread_cond_broadcast(&view->changed);
	pthread_mutex_unlock(&view->lock);
}

int write_lock_take(struct vpc *vpc, const struct op *op)
{
	struct view *view = vpc->view;
	int r = 0;

	pthread_mutex_lock(&view->lock);
	while (vpc->is_writing && r == 0) {
		if (!view_wait(view, op->deadline_ms) && vpc->is_writing)
			r = -ETIMEDOUT;
		if (view->stopping)
			r = -ESHUTDOWN;
	}
	if (r == 0)
		vpc->is_writing = true;
	pthread_mutex_unlock(&view->lock);
	return r;
}

void write_lock_drop(struct vpc *vpc)
{
	pthread_mutex_lock(&vpc->view->lock);
	vpc->is_writing = false;
	pthread_cond_broadcast(&vpc->view->changed);
	pthread_mutex_unlock(&vpc->view->lock);
}

void view_shut_down(struct view *view)
{
	pthread_mutex_lock(&view->lock);
	view->stopping = true;
	pthread_cond_broadcast(&view->changed);
	pthread_mutex_unlock(&view->lock);
}
