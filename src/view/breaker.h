/* SPDX-License-Identifier: MIT */
/* The circuit breaker of a resource. When a question failed because the server did not answer it,
 * readers get that failure again for a while, and no new question is asked. */
#ifndef VIEW_BREAKER_H
#define VIEW_BREAKER_H

#include <stdbool.h>
#include "api/api.h"

struct breaker;

/* If the breaker is open, returns true and writes the problem of the last failure to *ret. A
 * breaker that is NULL is closed. */
bool breaker_is_open(const struct breaker *b, struct api_problem *ret);
/* Notes a failed question: makes *b if it is NULL, or keeps it open for longer. If there is no
 * memory, *b stays NULL. free() closes a breaker. */
void breaker_trip(struct breaker **b, const struct api_problem *problem);

#endif
