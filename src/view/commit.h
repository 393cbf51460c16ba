/* SPDX-License-Identifier: MIT */
/* One write under way, shared by commit.c (how it is sent) and commit_kinds.c (what is written). */
#ifndef VIEW_COMMIT_H
#define VIEW_COMMIT_H

#include "internal.h"

struct commit {
	struct vpc *vpc;     /* borrowed */
	const struct op *op; /* borrowed */
	const char *path;    /* relative to the VPC */
	const char *text;    /* what somebody wrote, NULL when it is no text */
	size_t len;
	const char *new_name; /* of a rename */
	struct doc *origin; /* borrowed: what the writer of a spec.json had read, or NULL */
	bool sent;	    /* a request went out */
	bool ask_first; /* plan from what the API has now, not from an answer within the ttl */
	/* Makes the change from the document; the sentence on failure. May be called again. */
	int (*plan)(struct commit *c, const struct doc *now, struct change **ret,
		struct err *err);

	struct change *change; /* owned until commit_end, as is now */
	struct doc *now;       /* what the change was planned from */
	struct api_problem problem;
	char target[NODE_PATH_MAX]; /* "prod/name" */
};

void commit_init(struct commit *c, struct vpc *vpc, const struct op *op, const char *path);
/* 0 or -errno with c->problem. */
int commit_run(struct commit *c);
/* Reports, keeps or drops the refused text, frees. Returns r, or the errno of the report. */
int commit_end(struct commit *c, int r);

#define POLL_FIRST_MS 100
/* Waits that long, or less when the deadline is nearer. False when there is no time left to ask again. */
bool commit_pause_ms(struct commit *c, uint64_t ms);
uint64_t commit_next_delay(uint64_t ms);
/* Waits while the VPC is CREATING or UPDATING. Errors: -EBUSY at the deadline, those of answers_ask. */
int commit_wait_ready(struct commit *c, struct doc **ret);
/* Behind what the problem says already. */
void commit_add_text(struct api_problem *problem, const char *text);
bool commit_is_precondition(const struct api_problem *problem);

#endif
