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
	/* borrowed: the text that was written; NULL if the change is not made from a text */
	const struct node_store *store;
	const char *new_name; /* the new name, for a rename */
	/* borrowed: the base that a saved spec.json is compared with, or NULL */
	struct doc *base;
	/* a value or a whole list replaces what is there, so the change need not be planned from an
	 * answer */
	bool is_replacement;
	bool is_document; /* the text is a spec.json, which can ask for more than one mask field */
	bool sent;	  /* a request went out */
	bool is_from_cache; /* now was not asked for: the VPC may have changed since */
	/* Plans the change from the document now; err gets a sentence on failure. Called again for
	 * each repetition. */
	int (*plan)(struct commit *c, const struct doc *now, struct change **ret,
		struct err *err);

	struct write_lock lock;
	struct change *change; /* owned until commit_end, as are now and shown */
	struct doc *now;       /* the document that the change was planned from */
	struct doc *shown;     /* the answer that confirmed it */
	struct api_problem problem;
	char target[NODE_PATH_MAX]; /* "prod/name" */
};

void commit_init(struct commit *c, struct vpc *vpc, const struct op *op, const char *path);
/* Makes the change. Blocks until op->deadline_ms. Returns 0, or -errno with c->problem. */
int commit_run(struct commit *c);
/* Ends the commit whose result is r: reports a failure, keeps or drops the refused text, and frees
 * what the commit owns. Returns r, or the errno of the report. */
int commit_end(struct commit *c, int r);

/* Takes the VPC's write lock, so that the VPC has one writer at a time. commit_unlock releases it.
 * Errors, with c->problem: those of write_lock_take. */
int commit_lock(struct commit *c);
void commit_unlock(struct commit *c);
/* Waits until the VPC is neither CREATING nor UPDATING. *ret is its document then, a reference that
 * the caller owns. Errors: -EBUSY at the deadline, and those of fetch_doc_now. */
int commit_wait_ready(struct commit *c, struct doc **ret);
/* Appends the text to the problem's own. */
void commit_add_text(struct api_problem *problem, const char *text);
bool commit_is_precondition(const struct api_problem *problem);

#endif
