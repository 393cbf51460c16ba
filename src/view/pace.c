/* SPDX-License-Identifier: MIT */
/* Questions about one change are spaced, whatever the answers are; a request that failed is planned
 * anew as the API layer says. */
#include "pace.h"

#include <errno.h>
#include "base/clock.h"

#define PACE_MAX_MS 1000

bool pace_wait_ms(struct view *view, const struct op *op, uint64_t ms)
{
	uint64_t left = op_left_ms(op), until;

	if (left <= PACE_MARGIN_MS)
		return false;
	if (ms > left - PACE_MARGIN_MS)
		ms = left - PACE_MARGIN_MS;
	until = clock_mono_ms() + ms;
	pthread_mutex_lock(&view->lock);
	while (clock_mono_ms() < until && !view->stopping)
		view_wait(view, until);
	pthread_mutex_unlock(&view->lock);
	return true;
}

uint64_t pace_next_ms(uint64_t ms)
{
	return ms * 2 < PACE_MAX_MS ? ms * 2 : PACE_MAX_MS;
}

bool pace_was_late(uint64_t left_ms, int r)
{
	return r == -ETIMEDOUT && left_ms <= 2 * PACE_MARGIN_MS;
}

bool pace_may_repeat(struct view *view, const struct op *op,
	const struct api_problem *problem, unsigned attempts)
{
	int64_t wait = api_repeat_wait_ms(problem, attempts);

	return wait >= 0 && (uint64_t)wait + PACE_MARGIN_MS < op_left_ms(op) &&
	       pace_wait_ms(view, op, (uint64_t)wait);
}
