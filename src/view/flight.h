/* SPDX-License-Identifier: MIT */
/* One question to the API for all who wait for its answer. */
#ifndef VIEW_FLIGHT_H
#define VIEW_FLIGHT_H

#include "internal.h"

/* Asks for the VPC, or for the list when vpc is NULL, or waits for who asks already. With view->lock held, which is let go
 * meanwhile; the caller holds a reference of the VPC. Returns 0 when an answer has come, which need not be newer than what
 * the caller wants: look and ask again. Errors: the API's; -ETIMEDOUT at until_ms, -EINTR, -ESHUTDOWN. */
int flight_ask(struct view *view, struct vpc *vpc, const struct op *op, uint64_t until_ms,
	struct api_problem *problem);

/* answers.c: what an answer changes; with view->lock held. Return what those who wait are told. */
int answers_land_list(struct view *view, const struct doc_list *list,
	const struct api_tag *tag, uint64_t asked_us);
int answers_land_doc(struct vpc *vpc, int r, struct doc *doc, const struct api_tag *tag,
	uint64_t asked_us);

#endif
