/* SPDX-License-Identifier: MIT */
/* One write under way: from a plan to an answer that shows the change. */
#ifndef VIEW_COMMIT_H
#define VIEW_COMMIT_H

#include "model/change.h"
#include "mount.h"
#include "tree/node.h"

struct commit {
	struct view *view; /* borrowed, as are vpc and op */
	struct vpc *vpc;
	const struct op *op;
	const char *path; /* relative to the VPC */
	/* borrowed: what somebody wrote, NULL when it is no text */
	const struct node_store *store;
	const char *new_name; /* of a rename */
	struct doc *base;     /* borrowed: what a spec.json is compared with, or NULL */
	/* one value or whole list in place of another: needs no plan from an answer */
	bool is_replacement;
	bool is_document; /* a spec.json: the text asks for more than one leaf */
	bool sent;	  /* a request went out */
	/* Makes the change from the document; the sentence on failure. Called again for each
	 * repetition. */
	int (*plan)(struct commit *c, const struct doc *now, struct change **ret,
		struct err *err);

	struct write_lock lock;
	struct change *change; /* owned until commit_end, as is now */
	struct doc *now;       /* what the change was planned from */
	struct doc *shown;     /* the answer that confirmed it */
	struct api_problem problem;
	char target[NODE_PATH_MAX]; /* "prod/name" */
};

void commit_init(struct commit *c, struct vpc *vpc, const struct op *op, const char *path);
/* 0 or -errno with c->problem. */
int commit_run(struct commit *c);
/* Reports, keeps or drops the refused text, frees. Returns r, or the errno of the report. */
int commit_end(struct commit *c, int r);

/* One writer a VPC; commit_unlock ends it. Errors: -ETIMEDOUT and the like, with c->problem. */
int commit_lock(struct commit *c);
void commit_unlock(struct commit *c);
/* Waits while the VPC is CREATING or UPDATING. Errors: -EBUSY at the deadline, those of
 * fetch_doc_now. */
int commit_wait_ready(struct commit *c, struct doc **ret);
/* Behind what the problem says already. */
void commit_add_text(struct api_problem *problem, const char *text);
bool commit_is_precondition(const struct api_problem *problem);

#endif
