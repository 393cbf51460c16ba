/* SPDX-License-Identifier: MIT */
/* Waiting between the requests of one operation. */
#ifndef VIEW_PACE_H
#define VIEW_PACE_H

#include "collection.h"
#include "write_lock.h"

#define PACE_FIRST_MS 100 /* before a question is repeated for the first time */
/* Waiting ends this long before the deadline, so that the caller gets its answer in time. */
#define PACE_MARGIN_MS 20

uint64_t pace_next_ms(uint64_t ms);
/* Waits before a request that ended with this problem is planned anew. Returns false if it must not
 * be repeated, or if there is no time left for that. */
bool pace_may_repeat(struct write_locks *writers, const struct op *op,
	const struct api_problem *problem, unsigned attempts);

/* Asks for a VPC again and again, until it is as wanted or the time is over. */
struct polling {
	struct vpc *vpc;     /* borrowed */
	const struct op *op; /* borrowed */
	/* owned: the last document that came; the caller may set it before the first question */
	struct doc *last;
	uint64_t pause_ms; /* the last pause */
	int r;		   /* how the last question ended */
	struct api_problem problem;
};

/* Asks once more: at once if no document has come yet, else after a pause, which grows. Returns
 * false if there is no time left for an answer; all other members then are as they were. */
bool polling_next(struct polling *p);
void polling_release(struct polling *p);
#define CLEANUP_POLLING CLEANUP(polling_release)

#endif
