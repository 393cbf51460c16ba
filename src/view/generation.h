/* SPDX-License-Identifier: MIT */
/* The order of questions and writes. */
#ifndef VIEW_GENERATION_H
#define VIEW_GENERATION_H

#include <stdatomic.h>
#include <stdint.h>

/* Zero-initialised it is ready for use. */
struct generation {
	_Atomic uint64_t last;
};

/* Returns microseconds of the monotonic clock, never the same value twice: of a question and a
 * write it is always decided which came first. Any thread may call this. */
uint64_t generation_next(struct generation *g);

#endif
