/* SPDX-License-Identifier: MIT */
/* Single-flight: readers who want the same thing from the API share one question. */
#ifndef VIEW_INFLIGHT_H
#define VIEW_INFLIGHT_H

#include "collection_int.h"

/* Asks for the VPC, or for the list if vpc is NULL; if that question is under way already, waits
 * for its answer.
 *
 * Called with the collection's lock held, which is released while it waits. The caller holds a
 * reference to the VPC. Returns 0 when an answer has come. The answer need not be as new as the
 * caller wants: look at the cache, and ask again.
 *
 * may_fail_fast: the caller accepts the failure of a question that another caller asked, and, while
 * the breaker is open, an old failure without a question. If false, this call then asks a question
 * of its own.
 *
 * Errors: those of the API; -ETIMEDOUT at until_ms, -EINTR, -ESHUTDOWN. */
int inflight_ask_locked(struct collection *c, struct vpc *vpc, const struct op *op,
	uint64_t until_ms, bool may_fail_fast, struct api_problem *problem);

#endif
