/* SPDX-License-Identifier: MIT */
/* What the API said, when it was asked, and who must ask anew. Each answer is as old as its
 * question, and counts for as long as the ttl. Readers share a question (inflight.c); a writer asks
 * its own, from its own thread, whatever failed before. */
#include "inflight.h"
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

/* The oldest question whose answer counts for somebody who asks now. With view->lock held, as all
 * static functions here unless they say otherwise. */
static uint64_t oldest_that_counts(struct view *view)
{
	uint64_t now = view_generation(view), ttl = view->ttl_ms * 1000;
	uint64_t oldest = now > ttl ? now - ttl : 0;

	return oldest > view->forgotten_us ? oldest : view->forgotten_us;
}

static int have_list(struct view *view, const struct op *op, uint64_t until_ms,
	bool may_be_told, struct api_problem *problem)
{
	uint64_t oldest = oldest_that_counts(view);
	int r = 0;

	if (view->list_asked_us && view->list_asked_us >= oldest) {
		view->cache_hits++;
		return 0;
	}
	while (r == 0 && (!view->list_asked_us || view->list_asked_us < oldest))
		r = inflight_ask(view, NULL, op, until_ms, may_be_told, problem);
	return r;
}

int cache_list(struct view *view, const struct op *op, struct api_problem *problem)
{
	int r;

	pthread_mutex_lock(&view->lock);
	r = have_list(view, op, op->deadline_ms, op->is_reading, problem);
	pthread_mutex_unlock(&view->lock);
	return r;
}

/* Until there is the answer to a question not older than oldest. */
static int have_doc(struct vpc *vpc, const struct op *op, uint64_t until_ms,
	uint64_t oldest, bool may_be_told, struct api_problem *problem)
{
	int r = 0;

	while (r == 0 && !vpc->is_gone && (!vpc->doc || vpc->asked_us < oldest))
		r = inflight_ask(vpc->view, vpc, op, until_ms, may_be_told, problem);
	return r;
}

/* One stale VPC is asked for by id; a second one soon after means somebody walks, and the list
 * answers for all. */
static bool is_walk(struct vpc *vpc)
{
	struct view *view = vpc->view;
	uint64_t now = view_generation(view);
	bool walk =
		view->inflight || (view->last_stale && view->last_stale != vpc &&
					  now - view->last_stale_us <= view->ttl_ms * 1000);

	view->last_stale = vpc;
	view->last_stale_us = now;
	return walk && !vpc->is_new && !vpc->is_doubtful;
}

/* While a look-up of a name waits, the kernel lets everybody else who looks it up wait behind it,
 * deaf to signals (fs/dcache.c, d_wait_lookup). So a look-up of what is known does not wait long:
 * the operation that follows it asks for itself. */
static uint64_t wait_until_ms(const struct op *op)
{
	uint64_t until = clock_mono_ms() + LOOKUP_WAIT_MS;

	return op->is_look && until < op->deadline_ms ? until : op->deadline_ms;
}

static int refresh_doc(struct vpc *vpc, const struct op *op, struct api_problem *problem)
{
	uint64_t oldest = oldest_that_counts(vpc->view);
	uint64_t until_ms = vpc->doc ? wait_until_ms(op) : op->deadline_ms;
	/* A look-up goes on with what is known. */
	bool may_be_told = op->is_reading || (op->is_look && vpc->doc);
	int r = 0;

	if (vpc->doc && vpc->asked_us >= oldest) {
		vpc->view->cache_hits++;
		return 0;
	}
	if (!vpc->is_gone && is_walk(vpc))
		r = have_list(vpc->view, op, until_ms, may_be_told, problem);
	if (r == 0)
		r = have_doc(vpc, op, until_ms, oldest, may_be_told, problem);
	/* Soon after is after the answer: a server that is dead takes longer than the ttl to say
	 * so. */
	if (vpc->view->last_stale == vpc)
		vpc->view->last_stale_us = view_generation(vpc->view);
	return r;
}

/* Hands out the document, or says that there is none. */
static int give_doc(struct vpc *vpc, int r, struct doc **ret, struct api_problem *problem)
{
	if (r == 0 && vpc->is_gone)
		r = problem_say(problem, ENOENT, "the VPC is gone");
	if (r == 0)
		*ret = doc_ref(vpc->doc);
	return r;
}

int cache_doc(
	struct vpc *vpc, const struct op *op, struct doc **ret, struct api_problem *problem)
{
	int r;

	pthread_mutex_lock(&vpc->view->lock);
	r = vpc->is_gone ? 0 : refresh_doc(vpc, op, problem);
	r = give_doc(vpc, r, ret, problem);
	pthread_mutex_unlock(&vpc->view->lock);
	return r;
}

int cache_peek(struct vpc *vpc, struct doc **ret)
{
	int r = -ENOENT;

	pthread_mutex_lock(&vpc->view->lock);
	if (!vpc->is_gone && vpc->doc) {
		*ret = doc_ref(vpc->doc);
		r = 0;
	}
	pthread_mutex_unlock(&vpc->view->lock);
	return r;
}

static uint64_t generation(struct view *view)
{
	uint64_t now;

	pthread_mutex_lock(&view->lock);
	now = view_generation(view);
	pthread_mutex_unlock(&view->lock);
	return now;
}

int cache_ask(
	struct vpc *vpc, const struct op *op, struct doc **ret, struct api_problem *problem)
{
	struct view *view = vpc->view;
	uint64_t asked_us = generation(view);
	CLEANUP_DOC struct doc *doc = NULL;
	struct api_tag tag = {""};
	struct invalidation in;
	int r = api_get(view->api, op, vpc->id, &tag, &doc, problem);

	invalidation_begin(view, &in);
	inflight_note_outcome(view, vpc, r, asked_us, op->deadline_ms, problem);
	cache_take_doc(vpc, r, doc, &tag, asked_us);
	invalidation_end(view, &in);
	if (r == 0)
		*ret = STEAL(doc);
	return r;
}

int cache_ask_list(struct view *view, const struct op *op, struct api_problem *problem)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	uint64_t asked_us = generation(view);
	struct api_tag tag = {""};
	struct invalidation in;
	int r;

	pthread_mutex_lock(&view->lock);
	etag_get(view, NULL, &tag);
	pthread_mutex_unlock(&view->lock);
	r = api_list(view->api, op, &tag, &list, problem);
	if (r < 0)
		return r;
	invalidation_begin(view, &in);
	inflight_note_outcome(view, NULL, r, asked_us, op->deadline_ms, problem);
	r = cache_take_list(view, &list, &tag, asked_us);
	invalidation_end(view, &in);
	return r < 0 ? problem_say(problem, -r, "out of memory") : 0;
}

/* The VPCs that may or may not exist, each with a reference; the caller frees. */
static struct vpc **take_doubtful(struct view *view, size_t *ret_count)
{
	struct vpc **vpcs = NULL;
	size_t count = 0;

	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value, **grown;

		if (!vpc->is_doubtful || !(vpc->is_new || vpc->is_gone))
			continue;
		grown = reallocarray(vpcs, count + 1, sizeof(struct vpc *));
		if (!grown)
			break;
		vpcs = grown;
		vpcs[count++] = vpc_ref(vpc);
	}
	*ret_count = count;
	return vpcs;
}

int cache_settle(struct view *view, const struct op *op, struct api_problem *problem)
{
	struct vpc **vpcs;
	size_t count;
	int r = 0;

	pthread_mutex_lock(&view->lock);
	vpcs = take_doubtful(view, &count);
	for (size_t i = 0; i < count && r == 0; i++)
		r = inflight_ask(
			view, vpcs[i], op, op->deadline_ms, op->is_reading, problem);
	pthread_mutex_unlock(&view->lock);
	for (size_t i = 0; i < count; i++)
		vpc_unref(vpcs[i]);
	free(vpcs);
	return r == -ENOENT ? 0 : r;
}

struct vpc *cache_find_known(struct view *view, const char *file)
{
	struct vpc *vpc;

	pthread_mutex_lock(&view->lock);
	vpc = map_get(&view->by_file, file);
	if (vpc)
		vpc_ref(vpc);
	pthread_mutex_unlock(&view->lock);
	return vpc;
}

/* Without the lock. */
static int find_listed(struct view *view, const struct op *op, const char *file,
	struct vpc **ret, struct api_problem *problem)
{
	int r = cache_list(view, op, problem);

	if (r == 0)
		r = cache_settle(view, op, problem);
	if (r < 0)
		return r;
	*ret = cache_find_known(view, file);
	return *ret ? 0 : problem_say(problem, ENOENT, "no VPC of this name");
}

int cache_find(struct view *view, const struct op *op, const char *file, struct vpc **ret,
	struct api_problem *problem)
{
	CLEANUP_VPC struct vpc *known = cache_find_known(view, file);
	CLEANUP_DOC struct doc *doc = NULL;
	int r;

	if (!known)
		return find_listed(view, op, file, ret, problem);
	/* It must still be there, and still have this name. */
	r = cache_doc(known, op, &doc, problem);
	if (r < 0 && r != -ENOENT) {
		/* What is in it and needs the API will say so. */
		*ret = STEAL(known);
		return 0;
	}
	*ret = cache_find_known(view, file);
	return *ret ? 0 : find_listed(view, op, file, ret, problem);
}

static uint64_t lasts_until_us(const struct view *view, uint64_t asked_us)
{
	if (!asked_us || asked_us < view->forgotten_us)
		return 0;
	return asked_us + view->ttl_ms * 1000;
}

uint64_t cache_until_us(const struct vpc *vpc)
{
	return vpc->is_gone ? 0 : lasts_until_us(vpc->view, vpc->asked_us);
}

uint64_t cache_root_until_us(const struct view *view)
{
	return lasts_until_us(view, view->answered_us);
}

void cache_forget(struct view *view)
{
	struct invalidation in;

	invalidation_begin(view, &in);
	view->forgotten_us = view_generation(view);
	free(STEAL(view->breaker));
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value;

		free(STEAL(vpc->breaker));
		invalidation_add(vpc);
	}
	invalidation_end(view, &in);
}
