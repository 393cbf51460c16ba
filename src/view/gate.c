/* SPDX-License-Identifier: MIT */
/* Waiting: for the VPC's gate, for somebody else's answer. Never with a lock held, never past a deadline. */
#include "internal.h"

#include <errno.h>
#include "base/clock.h"

uint64_t view_stamp(struct view *view)
{
	uint64_t now = clock_mono_us();

	view->last_stamp = now > view->last_stamp ? now : view->last_stamp + 1;
	return view->last_stamp;
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

int gate_enter(struct vpc *vpc, const struct op *op)
{
	struct view *view = vpc->view;
	int r = 0;

	pthread_mutex_lock(&view->lock);
	while (vpc->writing && r == 0) {
		if (!view_wait(view, op->deadline_ms) && vpc->writing)
			r = -ETIMEDOUT;
		if (view->stopping)
			r = -ESHUTDOWN;
	}
	if (r == 0)
		vpc->writing = true;
	pthread_mutex_unlock(&view->lock);
	return r;
}

void gate_leave(struct vpc *vpc)
{
	pthread_mutex_lock(&vpc->view->lock);
	vpc->writing = false;
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
