/* SPDX-License-Identifier: MIT */
/* A thread of its own asks the question. So a reader who gives up leaves alone, and the answer
 * still serves the others. After a failure the breaker gives the failure to readers of the same
 * thing for a while. A writer never gets an old failure: it asks for itself. */
#include "inflight.h"

#include <errno.h>
#include <malloc.h>
#include "base/clock.h"
#include "breaker.h"
#include "etag.h"
#include "question.h"

#define STACK_BYTES (512 << 10)
#define MANY_VPCS   1000

/* Reference-counted under the lock. */
struct inflight {
	unsigned refs;
	struct question question;
	bool is_probe;
	bool is_done;
	int r; /* the result for the callers that wait */
};

static void inflight_unref(struct inflight *f)
{
	if (--f->refs)
		return;
	question_release(&f->question);
	free(f);
}

static void finish_locked(struct inflight *f)
{
	struct collection *c = f->question.collection;
	struct resource *resource = resource_of(c, f->question.vpc);

	f->is_done = true;
	if (resource->inflight == f)
		resource->inflight = NULL;
	c->inflights--;
	pthread_cond_broadcast(&c->changed);
}

/* The text of a large answer leaves free memory in the heap that the C library does not return:
 * three times the size of the VPCs themselves. */
static void release_list(struct doc_list *list)
{
	bool is_large = list->count >= MANY_VPCS;

	doc_list_release(list);
	*list = (struct doc_list){0};
	if (is_large)
		malloc_trim(0);
}

static void *inflight_run(void *arg)
{
	struct inflight *f = arg;
	struct collection *c = f->question.collection;
	struct op op = {.deadline_ms = f->question.deadline_ms, .is_probe = f->is_probe};
	struct doc_list list;

	f->r = question_ask(&f->question, &op);
	list = f->question.list;
	f->question.list = (struct doc_list){0};
	collection_lock(c);
	finish_locked(f);
	inflight_unref(f);
	collection_unlock(c);
	release_list(&list);
	return NULL;
}

static bool run_detached(struct inflight *f)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool ok;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	ok = pthread_create(&thread, &attr, inflight_run, f) == 0;
	pthread_attr_destroy(&attr);
	return ok;
}

static int inflight_start_locked(struct collection *c, struct vpc *vpc, const struct op *op,
	struct inflight **ret, struct api_problem *problem)
{
	struct resource *resource = resource_of(c, vpc);
	struct inflight *f = calloc(1, sizeof(*f));

	if (!f) {
		api_problem_say(problem, ENOMEM, "out of memory");
		return -ENOMEM;
	}
	f->refs = 1;
	f->is_probe = resource->breaker != NULL;
	question_init(&f->question, c, vpc, op);
	etag_get_locked(resource, &f->question.tag);
	if (!run_detached(f)) {
		inflight_unref(f);
		api_problem_say(problem, ENOMEM, "cannot start a thread to ask the API");
		return -ENOMEM;
	}
	c->inflights++;
	resource->inflight = f;
	*ret = f;
	return 0;
}

/* Fits cancel_hook. */
static void wake(void *arg)
{
	struct collection *c = arg;

	collection_lock(c);
	pthread_cond_broadcast(&c->changed);
	collection_unlock(c);
}

/* Waits with the lock released. The caller's cancel is hooked without the lock (base/cancel.h). */
static void wait_done_locked(
	const struct inflight *f, const struct op *op, uint64_t until_ms)
{
	struct collection *c = f->question.collection;
	bool in_time = true;

	collection_unlock(c);
	cancel_hook(op->cancel, wake, c);
	collection_lock(c);
	while (!f->is_done && in_time && !c->stopping && !cancel_is_fired(op->cancel))
		in_time = collection_wait_locked(c, until_ms);
	collection_unlock(c);
	cancel_unhook(op->cancel);
	collection_lock(c);
}

static int outcome_locked(
	const struct inflight *f, const struct op *op, struct api_problem *problem)
{
	if (f->is_done && f->r < 0)
		*problem = f->question.problem;
	if (f->is_done)
		return f->r;
	if (cancel_is_fired(op->cancel))
		return api_problem_say(problem, EINTR, "interrupted");
	if (f->question.collection->stopping)
		return api_problem_say(problem, ESHUTDOWN, "the mount is ending");
	return api_problem_say(
		problem, ETIMEDOUT, "no answer from the API within the deadline");
}

/* Waits for the question under way, or asks one. *ret_is_own: this call asked. */
static int ask_once_locked(struct collection *c, struct vpc *vpc, const struct op *op,
	uint64_t until_ms, bool *ret_is_own, struct api_problem *problem)
{
	struct inflight *f = resource_of(c, vpc)->inflight;
	int r = 0;

	/* Nobody shares a question that was asked before a refresh. */
	*ret_is_own = !f || f->question.requested_us < c->forgotten_us;
	if (*ret_is_own)
		r = inflight_start_locked(c, vpc, op, &f, problem);
	if (*ret_is_own && op->calls)
		++*op->calls;
	if (r < 0)
		return r;
	f->refs++;
	wait_done_locked(f, op, until_ms);
	r = outcome_locked(f, op, problem);
	inflight_unref(f);
	return r;
}

int inflight_ask_locked(struct collection *c, struct vpc *vpc, const struct op *op,
	uint64_t until_ms, bool may_fail_fast, struct api_problem *problem)
{
	bool is_own = false;
	int r;

	if (may_fail_fast && breaker_is_open(resource_of(c, vpc)->breaker, problem))
		return -problem->errnum;
	do {
		r = ask_once_locked(c, vpc, op, until_ms, &is_own, problem);
	} while (r < 0 && !is_own && !may_fail_fast && api_problem_is_down(problem) &&
		 clock_mono_ms() < until_ms && !cancel_is_fired(op->cancel) &&
		 !c->stopping);
	return r;
}
