/* SPDX-License-Identifier: MIT */
/* One question to the API for all readers who wait for its answer, and the pause after one that
 * failed. */
#ifndef VIEW_INFLIGHT_H
#define VIEW_INFLIGHT_H

#include "internal.h"

/* Asks for the VPC, or for the list when vpc is NULL, or waits for the question that is under way.
 * With view->lock held, which is let go meanwhile; the caller holds a reference of the VPC. Returns
 * 0 when an answer has come, which need not be newer than what the caller wants: look and ask
 * again. may_be_told: for a while after a failure it is told again without a question, and so is
 * that of a question which others had asked before; else there is a question of this call. Errors:
 * the API's; -ETIMEDOUT at until_ms, -EINTR, -ESHUTDOWN. */
int inflight_ask(struct view *view, struct vpc *vpc, const struct op *op, uint64_t until_ms,
	bool may_be_told, struct api_problem *problem);

/* A question about the VPC, or about the list, was answered (r 0, or -errno with problem): opens or
 * closes the pause of its readers, and renews how long the root is kept. With view->lock held. */
void inflight_note_outcome(struct view *view, struct vpc *vpc, int r, uint64_t asked_us,
	uint64_t deadline_ms, const struct api_problem *problem);

#endif
