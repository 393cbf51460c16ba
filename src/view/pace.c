/* SPDX-License-Identifier: MIT */
/* Questions about one change have pauses between them, whatever the answers are. The API layer
 * decides whether and when a failed request is planned anew. */
#include "pace.h"

#include <errno.h>
#include "base/clock.h"
#include "fetch.h"
#include "mount.h"

#define PACE_MAX_MS 1000

/* Waits for ms, or less if the deadline is nearer. Returns false if there is no time left to ask
 * again. */
static bool pace_wait_ms(struct write_locks *writers, const struct op *op, uint64_t ms)
{
	uint64_t left = op_left_ms(op);

	if (left <= PACE_MARGIN_MS)
		return false;
	if (ms > left - PACE_MARGIN_MS)
		ms = left - PACE_MARGIN_MS;
	write_locks_sleep(writers, clock_mono_ms() + ms);
	return true;
}

uint64_t pace_next_ms(uint64_t ms)
{
	return ms * 2 < PACE_MAX_MS ? ms * 2 : PACE_MAX_MS;
}

bool pace_may_repeat(struct write_locks *writers, const struct op *op,
	const struct api_problem *problem, unsigned attempts)
{
	int64_t wait = api_repeat_wait_ms(problem, attempts);

	return wait >= 0 && (uint64_t)wait + PACE_MARGIN_MS < op_left_ms(op) &&
	       pace_wait_ms(writers, op, (uint64_t)wait);
}

static bool polling_wait(struct polling *p)
{
	if (!p->last && p->r == 0)
		return true;
	p->pause_ms = p->pause_ms ? pace_next_ms(p->pause_ms) : PACE_FIRST_MS;
	return pace_wait_ms(&vpc_view(p->vpc)->write_locks, p->op, p->pause_ms);
}

bool polling_next(struct polling *p)
{
	struct api_problem problem = {0};
	struct doc *doc = NULL;
	uint64_t left_ms;
	int r;

	if (!polling_wait(p))
		return false;
	left_ms = op_left_ms(p->op);
	r = fetch_doc_now(p->vpc, p->op, &doc, &problem);
	/* There was no time for an answer, so the failure says nothing about the VPC. */
	if (p->pause_ms && r == -ETIMEDOUT && left_ms <= 2 * PACE_MARGIN_MS)
		return false;
	p->r = r;
	p->problem = problem;
	if (r == 0) {
		doc_unref(p->last);
		p->last = doc;
	}
	return true;
}

void polling_release(struct polling *p)
{
	doc_unref(p->last);
}
