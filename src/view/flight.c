/* SPDX-License-Identifier: MIT */
/* One question to the API for all who wait for its answer, failure included. It is asked by a thread of its own, so that whoever
 * gives up leaves alone, and the answer still serves the others. */
#include "flight.h"

#include <errno.h>
#include <malloc.h>
#include <sys/random.h>
#include "base/cleanup.h"
#include "base/clock.h"

#define STACK_BYTES (512 << 10)
#define MANY_VPCS   1000

/* Reference-counted under view->lock. */
struct flight {
	unsigned refs;
	struct view *view; /* borrowed: view_free waits for every flight */
	struct vpc *vpc;   /* owned reference; NULL: the list */
	uint64_t asked_us;
	uint64_t deadline_ms;
	struct api_tag tag; /* the question's, then the answer's */
	bool is_probe;
	bool landed;
	int r;
	struct api_problem problem;
};

static struct flight **slot_of(struct view *view, struct vpc *vpc)
{
	return vpc ? &vpc->flight : &view->flight;
}

static void flight_unref(struct flight *f)
{
	if (--f->refs)
		return;
	vpc_unref(f->vpc);
	free(f);
}

/* A server found dead a moment ago is not asked again: one deadline for all, not one each. */
static bool is_dead(struct view *view, struct api_problem *problem)
{
	if (view_stamp(view) >= view->dead_until_us)
		return false;
	*problem = view->failure;
	return true;
}

/* What was short is forgotten soon; who is away for long is asked ever more seldom. */
static uint64_t breaker_us(unsigned failures)
{
	uint64_t mean = BREAKER_FIRST_US << (failures < 8 ? failures : 7);
	uint32_t random = 0;

	if (mean > BREAKER_MAX_US)
		mean = BREAKER_MAX_US;
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return mean / 2 + random % mean;
}

/* Asked before a refresh: a server that was well since may not have seen it. Nobody joins it, and it says nothing of the server. */
static bool is_forgotten(const struct flight *f)
{
	return f->asked_us < f->view->forgotten_us;
}

/* Asked with little left of the deadline, as the last look at a busy VPC is: no answer in that time says nothing of the server. */
static bool is_hasty(const struct flight *f)
{
	uint64_t half_ms = f->view->timeout_ms / 2;

	return f->problem.errnum == ETIMEDOUT &&
	       f->deadline_ms < f->asked_us / 1000 + half_ms;
}

static void note_outcome(struct view *view, const struct flight *f)
{
	bool down = f->r < 0 && api_problem_is_down(&f->problem);

	if (f->r == 0 || (f->problem.http_status && !down)) {
		view->dead_until_us = 0;
		view->failures = 0;
	} else if (down && !is_forgotten(f) && !is_hasty(f)) {
		view->dead_until_us = view_stamp(view) + breaker_us(view->failures++);
		view->failure = f->problem;
	}
}

/* With the lock, in news. */
static void take_answer(struct flight *f, const struct doc_list *list, struct doc *doc)
{
	struct view *view = f->view;

	/* A server without the list is no server of this API, and says nothing about any VPC. */
	if (!f->vpc && f->r == -ENOENT)
		f->r = -(f->problem.errnum = EBADMSG);
	note_outcome(view, f);
	if (f->vpc)
		f->r = answers_land_doc(f->vpc, f->r, doc, &f->tag, f->asked_us);
	else if (f->r == 0 && answers_land_list(view, list, &f->tag, f->asked_us) < 0)
		f->r = problem_say(&f->problem, ENOMEM, "out of memory");
}

static void land_locked(struct flight *f)
{
	struct view *view = f->view;

	f->landed = true;
	if (*slot_of(view, f->vpc) == f)
		*slot_of(view, f->vpc) = NULL;
	view->flights--;
	pthread_cond_broadcast(&view->changed);
}

/* The text of a large answer leaves a heap of holes that the C library keeps: three times the VPCs themselves. */
static void give_back(struct doc_list *list)
{
	doc_list_release(list);
	malloc_trim(0);
}

static void *flight_run(void *arg)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_DOC struct doc *doc = NULL;
	struct flight *f = arg;
	struct view *view = f->view;
	struct op op = {.deadline_ms = f->deadline_ms, .is_probe = f->is_probe};
	struct news news;

	if (f->vpc)
		f->r = api_get(view->api, &op, f->vpc->id, &f->tag, &doc, &f->problem);
	else
		f->r = api_list(view->api, &op, &f->tag, &list, &f->problem);
	news_open(view, &news);
	take_answer(f, &list, doc);
	news_close(view, &news);
	pthread_mutex_lock(&view->lock);
	land_locked(f);
	flight_unref(f);
	pthread_mutex_unlock(&view->lock);
	if (list.count >= MANY_VPCS)
		give_back(&list);
	return NULL;
}

static bool run_detached(struct flight *f)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool ok;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	ok = pthread_create(&thread, &attr, flight_run, f) == 0;
	pthread_attr_destroy(&attr);
	return ok;
}

static int flight_start(struct view *view, struct vpc *vpc, const struct op *op,
	struct api_problem *problem)
{
	struct flight *f;

	if (is_dead(view, problem))
		return -problem->errnum;
	f = calloc(1, sizeof(*f));
	if (!f)
		return problem_say(problem, ENOMEM, "out of memory");
	f->refs = 1;
	f->view = view;
	f->vpc = vpc ? vpc_ref(vpc) : NULL;
	f->asked_us = view_stamp(view);
	f->deadline_ms = op->deadline_ms;
	f->is_probe = view->dead_until_us != 0;
	tags_get(view, vpc, &f->tag);
	if (!run_detached(f)) {
		flight_unref(f);
		return problem_say(problem, ENOMEM, "no thread to ask the API with");
	}
	view->flights++;
	*slot_of(view, vpc) = f;
	return 0;
}

/* The lock is let go meanwhile: the caller's cancel is hooked without it (base/cancel.h). */
static void wait_landed(const struct flight *f, const struct op *op, uint64_t until_ms)
{
	struct view *view = f->view;
	bool in_time = true;

	pthread_mutex_unlock(&view->lock);
	cancel_hook(op->cancel, view_wake, view);
	pthread_mutex_lock(&view->lock);
	while (!f->landed && in_time && !view->stopping && !cancel_is_fired(op->cancel))
		in_time = view_wait(view, until_ms);
	pthread_mutex_unlock(&view->lock);
	cancel_unhook(op->cancel);
	pthread_mutex_lock(&view->lock);
}

static int outcome(const struct flight *f, const struct op *op, struct api_problem *problem)
{
	if (f->landed && f->r < 0)
		*problem = f->problem;
	if (f->landed)
		return f->r;
	if (cancel_is_fired(op->cancel))
		return problem_say(problem, EINTR, "interrupted");
	if (f->view->stopping)
		return problem_say(problem, ESHUTDOWN, "the mount is ending");
	return problem_say(problem, ETIMEDOUT, "no answer of the API within the deadline");
}

int flight_ask(struct view *view, struct vpc *vpc, const struct op *op, uint64_t until_ms,
	struct api_problem *problem)
{
	struct flight *f = *slot_of(view, vpc);
	int r = f && !is_forgotten(f) ? 0 : flight_start(view, vpc, op, problem);

	if (r < 0)
		return r;
	f = *slot_of(view, vpc);
	f->refs++;
	wait_landed(f, op, until_ms);
	r = outcome(f, op, problem);
	flight_unref(f);
	return r;
}
