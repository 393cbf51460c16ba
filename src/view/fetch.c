/* SPDX-License-Identifier: MIT */
/* Decides whether to ask anew, and for what: for one VPC, or for the list, which answers for all.
 */
#include "fetch.h"

#include <errno.h>
#include "base/clock.h"
#include "etag.h"
#include "inflight.h"
#include "names.h"
#include "question.h"

#define LOOKUP_WAIT_MS 100 /* how long a look-up of a known name waits for an answer */

/* Returns the generation of the oldest question whose answer still counts now. */
static uint64_t oldest_us(struct collection *c)
{
	uint64_t now = collection_generation(c), ttl = c->options.ttl_ms * 1000;

	return now > ttl ? now - ttl : 1;
}

static int ensure_list_locked(struct collection *c, const struct op *op, uint64_t until_ms,
	bool may_fail_fast, struct api_problem *problem)
{
	uint64_t oldest = oldest_us(c);
	int r = 0;

	if (c->list.requested_us >= oldest)
		c->cache_hits++;
	while (r == 0 && c->list.requested_us < oldest)
		r = inflight_ask_locked(c, NULL, op, until_ms, may_fail_fast, problem);
	return r;
}

/* Asks by id for each VPC that may or may not exist: a list cannot tell. */
static int settle_doubtful_locked(
	struct collection *c, const struct op *op, struct api_problem *problem)
{
	CLEANUP_VPC_LIST struct vpc_list list = {0};
	int r = 0;

	for (struct map_pos p = {0}; map_next(&c->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc->is_doubtful && (vpc_is_new_locked(vpc) || vpc->is_gone) &&
			vpc_list_add(&list, vpc) < 0)
			break;
	}
	for (size_t i = 0; i < list.count && r == 0; i++)
		r = inflight_ask_locked(
			c, list.vpcs[i], op, op->deadline_ms, op->is_reading, problem);
	return r == -ENOENT ? 0 : r;
}

int fetch_list(struct collection *c, const struct op *op, struct api_problem *problem)
{
	int r;

	collection_lock(c);
	r = ensure_list_locked(c, op, op->deadline_ms, op->is_reading, problem);
	if (r == 0)
		r = settle_doubtful_locked(c, op, problem);
	collection_unlock(c);
	return r;
}

/* The first stale VPC is asked for by id. A second one soon after means that a program walks the
 * tree, and one list answers for all. */
static bool is_walk_locked(struct vpc *vpc)
{
	struct collection *c = vpc->collection;
	uint64_t now = collection_generation(c), ttl = c->options.ttl_ms * 1000;
	bool is_another = c->last_stale && c->last_stale != vpc;
	bool walk = c->list.inflight || (is_another && now - c->last_stale_us <= ttl);

	c->last_stale = vpc;
	c->last_stale_us = now;
	return walk && !vpc_is_new_locked(vpc) && !vpc->is_doubtful;
}

/* While a look-up of a name waits, all other look-ups of that name wait behind it in the kernel,
 * and no signal ends that (fs/dcache.c, d_wait_lookup). So a look-up of a known name does not wait
 * long: the operation that follows it asks for itself. */
static uint64_t wait_until_ms(const struct op *op)
{
	uint64_t until = clock_mono_ms() + LOOKUP_WAIT_MS;

	return op->is_lookup && until < op->deadline_ms ? until : op->deadline_ms;
}

static int refresh_locked(struct vpc *vpc, const struct op *op, struct api_problem *problem)
{
	struct collection *c = vpc->collection;
	uint64_t oldest = oldest_us(c);
	uint64_t until_ms = vpc->doc ? wait_until_ms(op) : op->deadline_ms;
	/* A look-up that fails uses the known document. */
	bool may_fail_fast = op->is_reading || (op->is_lookup && vpc->doc);
	int r = 0;

	if (vpc->doc && vpc->resource.requested_us >= oldest) {
		c->cache_hits++;
		return 0;
	}
	if (is_walk_locked(vpc))
		r = ensure_list_locked(c, op, until_ms, may_fail_fast, problem);
	while (r == 0 && !vpc->is_gone &&
		(!vpc->doc || vpc->resource.requested_us < oldest))
		r = inflight_ask_locked(c, vpc, op, until_ms, may_fail_fast, problem);
	/* "Soon after" counts from the end of the question: with a dead server that takes longer
	 * than the ttl. */
	if (c->last_stale == vpc)
		c->last_stale_us = collection_generation(c);
	return r;
}

int fetch_doc(
	struct vpc *vpc, const struct op *op, struct doc **ret, struct api_problem *problem)
{
	int r;

	collection_lock(vpc->collection);
	r = vpc->is_gone ? 0 : refresh_locked(vpc, op, problem);
	if (r == 0 && vpc->is_gone)
		r = api_problem_say(problem, ENOENT, "the VPC is gone");
	if (r == 0)
		*ret = doc_ref(vpc->doc);
	collection_unlock(vpc->collection);
	return r;
}

int fetch_doc_now(
	struct vpc *vpc, const struct op *op, struct doc **ret, struct api_problem *problem)
{
	CLEANUP(question_release) struct question q;

	question_init(&q, vpc->collection, vpc, op);
	question_ask(&q, op);
	if (q.r < 0)
		*problem = q.problem;
	else
		*ret = STEAL(q.doc);
	return q.r;
}

int fetch_list_now(struct collection *c, const struct op *op, struct api_problem *problem)
{
	CLEANUP(question_release) struct question q;
	int r;

	question_init(&q, c, NULL, op);
	collection_lock(c);
	etag_get_locked(&c->list, &q.tag);
	collection_unlock(c);
	r = question_ask(&q, op);
	if (r < 0)
		*problem = q.problem;
	return r;
}

int fetch_name(struct collection *c, const struct op *op, const char *file,
	struct vpc **ret, struct api_problem *problem)
{
	CLEANUP_VPC struct vpc *known = names_find(c, file), *found = NULL;
	CLEANUP_DOC struct doc *doc = NULL;
	int r = known ? fetch_doc(known, op, &doc, problem) : -ENOENT;

	if (r < 0 && r != -ENOENT) {
		/* Operations in the VPC that need the API will report the failure. */
		*ret = STEAL(known);
		return 0;
	}
	/* The VPC must still exist, and still have this name. */
	found = known ? names_find(c, file) : NULL;
	if (!found) {
		r = fetch_list(c, op, problem);
		if (r < 0)
			return r;
		found = names_find(c, file);
	}
	if (!found)
		return api_problem_say(problem, ENOENT, "no VPC has this name");
	*ret = STEAL(found);
	return 0;
}
