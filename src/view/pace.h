/* SPDX-License-Identifier: MIT */
/* Waiting between the requests of one operation. Without view->lock. */
#ifndef VIEW_PACE_H
#define VIEW_PACE_H

#include "internal.h"

#define PACE_FIRST_MS 100 /* before the first question again */
/* Left of the deadline when waiting ends, so that the answer to the caller is in time. */
#define PACE_MARGIN_MS 20

/* Waits that long, or less when the deadline is nearer. False when there is no time left to ask
 * again. */
bool pace_wait_ms(struct view *view, const struct op *op, uint64_t ms);
uint64_t pace_next_ms(uint64_t ms);
/* Whether a question that ended with r had no time for an answer: left_ms were left when it was
 * asked. It says nothing then. */
bool pace_was_late(uint64_t left_ms, int r);
/* Waits before the request that ended with this problem is planned anew. False when that shall not
 * be. */
bool pace_may_repeat(struct view *view, const struct op *op,
	const struct api_problem *problem, unsigned attempts);

#endif
