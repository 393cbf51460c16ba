/* SPDX-License-Identifier: MIT */
/* One question to the API for all readers who wait for its answer, failure included. It is asked by
 * a thread of its own, so that a reader who gives up leaves alone, and the answer still serves the
 * others. After a failure the readers of what failed are told it again for a while without a
 * question; a writer never is (it asks for itself). */
#include "inflight.h"

#include <errno.h>
#include <malloc.h>
#include <sys/random.h>
#include "base/cleanup.h"
#include "base/clock.h"

#define STACK_BYTES (512 << 10)
#define MANY_VPCS   1000
/* How long readers are told a failure, doubling with each one; half of it more or less at random,
 * so that of many mounts not all return at once. */
#define PAUSE_FIRST_US 400000ULL
#define PAUSE_MAX_US   4000000ULL

struct breaker {
	unsigned failures; /* in a row */
	uint64_t until_us;
	struct api_problem problem;
};

/* Reference-counted under view->lock. */
struct inflight {
	unsigned refs;
	struct view *view; /* borrowed: view_free waits for every question */
	struct vpc *vpc;   /* owned reference; NULL: the list */
	uint64_t asked_us;
	uint64_t deadline_ms;
	struct api_tag tag; /* the question's, then the answer's */
	bool is_probe;
	bool landed;
	int r;
	struct api_problem problem;
};

static struct inflight **slot_of(struct view *view, struct vpc *vpc)
{
	return vpc ? &vpc->inflight : &view->inflight;
}

static void inflight_unref(struct inflight *f)
{
	if (--f->refs)
		return;
	vpc_unref(f->vpc);
	free(f);
}

static struct breaker **breaker_of(struct view *view, struct vpc *vpc)
{
	return vpc ? &vpc->breaker : &view->breaker;
}

static bool is_paused(struct view *view, struct vpc *vpc, struct api_problem *problem)
{
	const struct breaker *b = *breaker_of(view, vpc);

	if (!b || view_generation(view) >= b->until_us)
		return false;
	*problem = b->problem;
	return true;
}

static uint64_t pause_us(unsigned failures)
{
	uint64_t mean = PAUSE_FIRST_US << (failures < 8 ? failures : 7);
	uint32_t random = 0;

	if (mean > PAUSE_MAX_US)
		mean = PAUSE_MAX_US;
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return mean / 2 + random % mean;
}

/* Without memory there is no pause. */
static void open_breaker(
	struct view *view, struct vpc *vpc, const struct api_problem *problem)
{
	struct breaker **at = breaker_of(view, vpc);

	if (!*at)
		*at = calloc(1, sizeof(**at));
	if (!*at)
		return;
	(*at)->until_us = view_generation(view) + pause_us((*at)->failures++);
	(*at)->problem = *problem;
}

/* Asked with little left of the deadline, as the last look at a busy VPC is: no answer in that time
 * does not mean that the server is down. */
static bool is_hasty(const struct view *view, uint64_t asked_us, uint64_t deadline_ms,
	const struct api_problem *problem)
{
	return problem->errnum == ETIMEDOUT &&
	       deadline_ms < asked_us / 1000 + view->timeout_ms / 2;
}

void inflight_note_outcome(struct view *view, struct vpc *vpc, int r, uint64_t asked_us,
	uint64_t deadline_ms, const struct api_problem *problem)
{
	bool is_down = r < 0 && api_problem_is_down(problem);

	if (r == 0 && asked_us > view->answered_us)
		view->answered_us = asked_us;
	if (!is_down && (r == 0 || problem->http_status))
		free(STEAL(*breaker_of(view, vpc)));
	else if (is_down && asked_us >= view->forgotten_us &&
		 !is_hasty(view, asked_us, deadline_ms, problem))
		open_breaker(view, vpc, problem);
}

/* Asked before a refresh: nobody joins it. */
static bool is_forgotten(const struct inflight *f)
{
	return f->asked_us < f->view->forgotten_us;
}

/* With the lock, between invalidation_begin and _end. */
static void take_answer(struct inflight *f, const struct doc_list *list, struct doc *doc)
{
	struct view *view = f->view;

	inflight_note_outcome(view, f->vpc, f->r, f->asked_us, f->deadline_ms, &f->problem);
	if (f->vpc)
		f->r = cache_take_doc(f->vpc, f->r, doc, &f->tag, f->asked_us);
	else if (f->r == 0 && cache_take_list(view, list, &f->tag, f->asked_us) < 0)
		f->r = problem_say(&f->problem, ENOMEM, "out of memory");
}

static void land_locked(struct inflight *f)
{
	struct view *view = f->view;

	f->landed = true;
	if (*slot_of(view, f->vpc) == f)
		*slot_of(view, f->vpc) = NULL;
	view->inflights--;
	pthread_cond_broadcast(&view->changed);
}

/* The text of a large answer leaves a heap of holes that the C library keeps: three times the VPCs
 * themselves. */
static void give_back(struct doc_list *list)
{
	doc_list_release(list);
	malloc_trim(0);
}

static void *inflight_run(void *arg)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_DOC struct doc *doc = NULL;
	struct inflight *f = arg;
	struct view *view = f->view;
	struct op op = {.deadline_ms = f->deadline_ms, .is_probe = f->is_probe};
	struct invalidation in;

	if (f->vpc)
		f->r = api_get(view->api, &op, f->vpc->id, &f->tag, &doc, &f->problem);
	else
		f->r = api_list(view->api, &op, &f->tag, &list, &f->problem);
	invalidation_begin(view, &in);
	take_answer(f, &list, doc);
	invalidation_end(view, &in);
	pthread_mutex_lock(&view->lock);
	land_locked(f);
	inflight_unref(f);
	pthread_mutex_unlock(&view->lock);
	if (list.count >= MANY_VPCS)
		give_back(&list);
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

static int inflight_start(struct view *view, struct vpc *vpc, const struct op *op,
	struct api_problem *problem)
{
	struct inflight *f = calloc(1, sizeof(*f));

	if (!f)
		return problem_say(problem, ENOMEM, "out of memory");
	f->refs = 1;
	f->view = view;
	f->vpc = vpc ? vpc_ref(vpc) : NULL;
	f->asked_us = view_generation(view);
	f->deadline_ms = op->deadline_ms;
	f->is_probe = *breaker_of(view, vpc) != NULL;
	etag_get(view, vpc, &f->tag);
	if (!run_detached(f)) {
		inflight_unref(f);
		return problem_say(problem, ENOMEM, "no thread to ask the API with");
	}
	view->inflights++;
	*slot_of(view, vpc) = f;
	return 0;
}

/* The lock is let go meanwhile: the caller's cancel is hooked without it (base/cancel.h). */
static void wait_landed(const struct inflight *f, const struct op *op, uint64_t until_ms)
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

static int outcome(
	const struct inflight *f, const struct op *op, struct api_problem *problem)
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

/* Waits for the question under way, or asks. *ret_is_own: this call asked. */
static int ask_once(struct view *view, struct vpc *vpc, const struct op *op,
	uint64_t until_ms, bool *ret_is_own, struct api_problem *problem)
{
	struct inflight *f = *slot_of(view, vpc);
	int r = 0;

	*ret_is_own = !f || is_forgotten(f);
	if (*ret_is_own)
		r = inflight_start(view, vpc, op, problem);
	if (*ret_is_own && op->calls)
		++*op->calls;
	if (r < 0)
		return r;
	f = *slot_of(view, vpc);
	f->refs++;
	wait_landed(f, op, until_ms);
	r = outcome(f, op, problem);
	inflight_unref(f);
	return r;
}

int inflight_ask(struct view *view, struct vpc *vpc, const struct op *op, uint64_t until_ms,
	bool may_be_told, struct api_problem *problem)
{
	bool is_own = false;
	int r;

	if (may_be_told && is_paused(view, vpc, problem))
		return -problem->errnum;
	do {
		r = ask_once(view, vpc, op, until_ms, &is_own, problem);
	} while (r < 0 && !is_own && !may_be_told && api_problem_is_down(problem) &&
		 clock_mono_ms() < until_ms && !cancel_is_fired(op->cancel) &&
		 !view->stopping);
	return r;
}
