/* SPDX-License-Identifier: MIT */
/* Finds out whether the caller of a read has given up.
 *
 * The kernel sends one INTERRUPT for a request, on whichever signal comes first (fs/fuse/dev.c,
 * request_wait_answer), and Go's runtime, timers and git send themselves harmless signals all the
 * time. So an interrupt only makes a read watched: a thread looks at the caller's pending signals
 * until the read is answered or one of them is meant to end the caller. */
#include <errno.h>
#include <time.h>
#include "base/caller.h"
#include "session.h"

#define LOOK_NS 20000000 /* a fifth of the delay that a person notices */

static void unwatch_locked(struct request *rq)
{
	LIST_REMOVE(rq, watched);
	rq->is_watched = false;
}

/* libfuse calls this at most once for a request, and not after fuse_req_interrupt_func has unhooked
 * it. */
static void on_interrupt(fuse_req_t req, void *arg)
{
	struct request *rq = arg;
	struct interrupts *in = &rq->fs->interrupts;

	if (caller_has_termination_signal(rq->op.pid)) {
		cancel_fire(&rq->cancel);
		return;
	}
	pthread_mutex_lock(&in->lock);
	rq->is_watched = true;
	LIST_INSERT_HEAD(&in->watched, rq, watched);
	pthread_cond_signal(&in->changed);
	pthread_mutex_unlock(&in->lock);
}

void interrupts_hook(struct request *rq)
{
	rq->is_watched = false;
	fuse_req_interrupt_func(rq->req, on_interrupt, rq);
}

void interrupts_unhook(struct request *rq)
{
	struct interrupts *in = &rq->fs->interrupts;

	fuse_req_interrupt_func(rq->req, NULL, NULL);
	pthread_mutex_lock(&in->lock);
	if (rq->is_watched)
		unwatch_locked(rq);
	pthread_mutex_unlock(&in->lock);
}

static void look_locked(struct interrupts *in)
{
	for (struct request *rq = LIST_FIRST(&in->watched), *next; rq; rq = next) {
		next = LIST_NEXT(rq, watched);
		if (caller_has_termination_signal(rq->op.pid)) {
			unwatch_locked(rq);
			cancel_fire(&rq->cancel);
		}
	}
}

static void *watch_run(void *arg)
{
	static const struct timespec pause = {.tv_nsec = LOOK_NS};
	struct interrupts *in = arg;

	pthread_mutex_lock(&in->lock);
	while (!in->ending) {
		look_locked(in);
		if (LIST_EMPTY(&in->watched)) {
			pthread_cond_wait(&in->changed, &in->lock);
			continue;
		}
		pthread_mutex_unlock(&in->lock);
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&in->lock);
	}
	pthread_mutex_unlock(&in->lock);
	return NULL;
}

int interrupts_start(struct interrupts *in)
{
	pthread_mutex_init(&in->lock, NULL);
	pthread_cond_init(&in->changed, NULL);
	return -pthread_create(&in->thread, NULL, watch_run, in);
}

void interrupts_stop(struct interrupts *in)
{
	pthread_mutex_lock(&in->lock);
	in->ending = true;
	pthread_cond_signal(&in->changed);
	pthread_mutex_unlock(&in->lock);
	pthread_join(in->thread, NULL);
	pthread_cond_destroy(&in->changed);
	pthread_mutex_destroy(&in->lock);
}
