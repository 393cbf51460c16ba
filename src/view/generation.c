/* SPDX-License-Identifier: MIT */
/* The clock, or the last value plus one if the clock has not moved on. */
#include "generation.h"

#include "base/clock.h"

uint64_t generation_next(struct generation *g)
{
	uint64_t last = atomic_load(&g->last), next;

	do {
		uint64_t now = clock_mono_us();

		next = now > last ? now : last + 1;
	} while (!atomic_compare_exchange_weak(&g->last, &last, next));
	return next;
}
