/* SPDX-License-Identifier: MIT */
/* One question to the API for all readers who wait for its answer (single flight). */
#ifndef VIEW_INFLIGHT_H
#define VIEW_INFLIGHT_H

#include "collection_int.h"

/* Asks for the VPC, or for the list when vpc is NULL, or waits for the question that is under way.
 * With the collection's lock held, which is let go meanwhile; the caller holds a reference of the
 * VPC. Returns 0 when an answer has come, which need not be newer than what the caller wants: look
 * and ask again. may_be_told: for a while after a failure it is told again without a question, and
 * so is that of a question which others had asked before; else there is a question of this call.
 * Errors: the API's; -ETIMEDOUT at until_ms, -EINTR, -ESHUTDOWN. */
int inflight_ask_locked(struct collection *c, struct vpc *vpc, const struct op *op,
	uint64_t until_ms, bool may_be_told, struct api_problem *problem);

#endif
