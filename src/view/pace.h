/* SPDX-License-Identifier: MIT */
/* Waiting between the requests of one operation. */
#ifndef VIEW_PACE_H
#define VIEW_PACE_H

#include "collection.h"
#include "write_lock.h"

#define PACE_FIRST_MS 100 /* before the first question again */
/* Left of the deadline when waiting ends, so that the answer to the caller is in time. */
#define PACE_MARGIN_MS 20

uint64_t pace_next_ms(uint64_t ms);
/* Waits before the request that ended with this problem is planned anew. False when that shall not
 * be. */
bool pace_may_repeat(struct write_locks *writers, const struct op *op,
	const struct api_problem *problem, unsigned attempts);

/* Asking about a VPC until it is as wanted, or the time is over. */
struct polling {
	struct vpc *vpc;     /* borrowed */
	const struct op *op; /* borrowed */
	/* owned: the last document that came; may be set before the first question */
	struct doc *last;
	uint64_t pause_ms; /* the last one */
	int r;		   /* how the last question ended */
	struct api_problem problem;
};

/* Asks once more: at once when nothing has come yet, else after a pause, which grows. False when
 * there is no time left for an answer; then the rest is as it was. */
bool polling_next(struct polling *p);
void polling_release(struct polling *p);
#define CLEANUP_POLLING CLEANUP(polling_release)

#endif
