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
 * caller wants: look at what is known, and ask again.
 *
 * may_be_told: the caller accepts a failure of a question that it did not ask, for a while after
 * that failure as well. Otherwise this call asks a question of its own after such a failure.
 *
 * Errors: those of the API; -ETIMEDOUT at until_ms, -EINTR, -ESHUTDOWN. */
int inflight_ask_locked(struct collection *c, struct vpc *vpc, const struct op *op,
	uint64_t until_ms, bool may_be_told, struct api_problem *problem);

#endif
