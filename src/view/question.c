/* SPDX-License-Identifier: MIT */
/* Every answer to a question passes through here: it opens or closes the breaker of what was asked
 * for, and goes into the cache with the time of its question. */
#include "question.h"

#include <errno.h>
#include "breaker.h"
#include "cache.h"

void question_init(
	struct question *q, struct collection *c, struct vpc *vpc, const struct op *op)
{
	*q = (struct question){.collection = c,
		.vpc = vpc ? vpc_ref(vpc) : NULL,
		.requested_us = collection_generation(c),
		.deadline_ms = op->deadline_ms};
}

void question_release(struct question *q)
{
	vpc_unref(q->vpc);
	doc_unref(q->doc);
	doc_list_release(&q->list);
}

/* Whether the question timed out with little time from the start, as the last question about a busy
 * VPC does. No answer in that time does not mean that the server is down. */
static bool is_hasty(const struct question *q)
{
	uint64_t half_ms = q->collection->options.timeout_ms / 2;

	return q->problem.errnum == ETIMEDOUT &&
	       q->deadline_ms < q->requested_us / 1000 + half_ms;
}

static void note_outcome_locked(const struct question *q)
{
	struct resource *resource = resource_of(q->collection, q->vpc);
	bool is_down = q->r < 0 && api_problem_is_down(&q->problem);

	if (!is_down && (q->r == 0 || q->problem.http_status))
		free(STEAL(resource->breaker));
	else if (is_down && !is_hasty(q))
		breaker_trip(&resource->breaker, &q->problem);
}

static int take_locked(struct question *q)
{
	int r;

	/* It was asked before a refresh: the answer counts only for the caller that asked. */
	if (q->requested_us < q->collection->forgotten_us)
		return q->r < 0 ? q->r : 0;
	note_outcome_locked(q);
	if (q->vpc)
		return cache_take_doc_locked(
			q->vpc, q->r, q->doc, &q->tag, q->requested_us);
	if (q->r < 0)
		return q->r;
	r = cache_take_list_locked(q->collection, &q->list, &q->tag, q->requested_us);
	return r < 0 ? api_problem_say(&q->problem, -r, "out of memory") : 0;
}

/* An answer is as new as the attempt that it answers. An attempt of a list may be of its last page
 * only. */
static void note_attempt_locked(struct question *q, uint64_t asked_us)
{
	if (q->vpc && (q->r == 0 || q->r == -ENOENT) && asked_us > q->requested_us + 1)
		q->requested_us = asked_us - 1;
}

int question_ask(struct question *q, const struct op *op)
{
	struct api *api = q->collection->options.api;
	uint64_t asked_us = 0;
	struct op own = *op;
	int r;

	own.asked_us = &asked_us;
	if (q->vpc)
		q->r = api_get(api, &own, q->vpc->id, &q->tag, &q->doc, &q->problem);
	else
		q->r = api_list(api, &own, &q->tag, &q->list, &q->problem);
	collection_lock(q->collection);
	note_attempt_locked(q, asked_us);
	r = take_locked(q);
	collection_unlock(q->collection);
	return r;
}
