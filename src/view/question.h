/* SPDX-License-Identifier: MIT */
/* One question to the API, about a VPC or about the list, and its answer on the way into the cache.
 */
#ifndef VIEW_QUESTION_H
#define VIEW_QUESTION_H

#include "collection_int.h"

struct question {
	struct collection *collection; /* borrowed */
	struct vpc *vpc;	       /* owned reference; NULL: the list */
	uint64_t requested_us;
	uint64_t deadline_ms;
	/* "": all of it is wanted, until the caller sets it; then the answer's */
	struct api_tag tag;
	/* the answer: 0, or -errno with the problem */
	int r;
	struct api_problem problem;
	struct doc *doc;      /* owned */
	struct doc_list list; /* owned */
};

/* From here on it is asked: what is written later is not in its answer. */
void question_init(
	struct question *q, struct collection *c, struct vpc *vpc, const struct op *op);
void question_release(struct question *q);
/* Blocks until the answer or op's deadline, and takes the answer into the cache. Returns what those
 * who wait are told: q->r, or 0 for an answer that is older than what is known. */
int question_ask(struct question *q, const struct op *op);

#endif
