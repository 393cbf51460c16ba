/* SPDX-License-Identifier: MIT */
/* The order of questions and writes. */
#ifndef VIEW_GENERATION_H
#define VIEW_GENERATION_H

#include <stdatomic.h>
#include <stdint.h>

/* Zero-initialised. */
struct generation {
	_Atomic uint64_t last;
};

/* Microseconds of the monotonic clock that never repeat, so that "asked before written" is always
 * decided. Any thread. */
uint64_t generation_next(struct generation *g);

#endif
