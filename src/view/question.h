/* SPDX-License-Identifier: MIT */
/* One question to the API, about a VPC or about the list. Its answer goes into the cache. */
#ifndef VIEW_QUESTION_H
#define VIEW_QUESTION_H

#include "collection_int.h"

struct question {
	struct collection *collection; /* borrowed */
	struct vpc *vpc;	       /* owned reference; NULL: the list */
	uint64_t requested_us;
	uint64_t deadline_ms;
	/* The ETag to ask with, which the caller may set; "" asks for the whole answer. Afterwards
	 * the answer's ETag. */
	struct api_tag tag;
	/* how it ended: 0, or -errno with the problem */
	int r;
	struct api_problem problem;
	struct doc *doc;      /* owned */
	struct doc_list list; /* owned */
};

/* Prepares a question that counts as asked from now on: its answer need not show what is written
 * later. */
void question_init(
	struct question *q, struct collection *c, struct vpc *vpc, const struct op *op);
void question_release(struct question *q);
/* Asks, blocks until the answer or op's deadline, and gives the answer to the cache. Returns the
 * result for the callers that wait: q->r, or 0 if the answer is older than the known document. */
int question_ask(struct question *q, const struct op *op);

#endif
