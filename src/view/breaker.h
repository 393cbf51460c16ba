/* SPDX-License-Identifier: MIT */
/* The circuit breaker of a resource: for a while after a question failed because the server did not
 * answer it, readers are told that failure without another question. */
#ifndef VIEW_BREAKER_H
#define VIEW_BREAKER_H

#include <stdbool.h>
#include "api/api.h"

struct breaker;

/* NULL is never open. problem is that of the last failure. */
bool breaker_is_open(const struct breaker *b, struct api_problem *ret);
/* The question failed: *b is made, or stays open longer. Without memory it stays as it is. A free
 * closes it. */
void breaker_trip(struct breaker **b, const struct api_problem *problem);

#endif
