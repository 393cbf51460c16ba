/* SPDX-License-Identifier: MIT */
/* The breaker is open for 400 ms, and twice as long after each further failure, up to 4 s. Each
 * time is changed by up to half at random, so that many mounts do not come back at the same moment.
 */
#include "breaker.h"

#include <stdlib.h>
#include <sys/random.h>
#include "base/clock.h"

#define FIRST_US 400000ULL
#define MAX_US	 4000000ULL

struct breaker {
	unsigned failures; /* in a row */
	uint64_t expires_us;
	struct api_problem problem;
};

bool breaker_is_open(const struct breaker *b, struct api_problem *ret)
{
	if (!b || clock_mono_us() >= b->expires_us)
		return false;
	*ret = b->problem;
	return true;
}

static uint64_t pause_us(unsigned failures)
{
	uint64_t mean = FIRST_US << (failures < 8 ? failures : 7);
	uint32_t random = 0;

	if (mean > MAX_US)
		mean = MAX_US;
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return mean / 2 + random % mean;
}

void breaker_trip(struct breaker **b, const struct api_problem *problem)
{
	if (!*b)
		*b = calloc(1, sizeof(**b));
	if (!*b)
		return;
	(*b)->expires_us = clock_mono_us() + pause_us((*b)->failures++);
	(*b)->problem = *problem;
}
