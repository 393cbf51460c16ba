/* SPDX-License-Identifier: MIT */
/* Where the file system and the VPCs meet: which object shows as which file, and what a write to it
 * becomes. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include "api/api.h"
#include "base/err.h"
#include "base/op.h"
#include "tree/change.h"
#include "tree/node.h"

struct view;

struct view_options {
	struct api_options api; /* the view fills observe and owns the api made from it */
	uint64_t ttl_ms;	/* how long an answer is used */
	uint64_t timeout_ms;	/* what an operation has, for the network and all */
	const char *zone;	/* for mkdir of a VPC, or NULL */
	bool dry_run;
	bool nodelete;
	const char *options_text; /* `.vpcfs/options`: the options in force, no secrets */
	const char *version;
};

/* Strings are copied. Errors: -ENOMEM, and those of api_new. */
int view_new(const struct view_options *options, struct view **ret, struct err *err);
/* No operation may be under way and every node released; waits for questions to the API that are
 * still open, so end those with http_shut_down before. NULL is allowed. */
void view_free(struct view *view);

/* The end has begun: whoever waits here returns at once, now and from now on. Any thread; does not
 * block. (Calls to the API end with http_shut_down.) */
void view_shut_down(struct view *view);

/* Forgets all answers, as a write to `.vpcfs/refresh` does. Any thread. */
void view_forget(struct view *view);

/* Who is told when what is shown changes, and asked for the figures of `.vpcfs/stats`; before the
 * first operation. Borrowed until view_part. */
void view_set_tree(struct view *view, struct tree *tree);
/* Waits for questions to the API that are still open, as view_free does; then nobody is told any
 * more. */
void view_part(struct view *view);

/* The root directory. */
struct node_entry view_root(struct view *view);
/* Asks for the list once, so that a mount that answers is a mount that works; the answer is used.
 * Blocks until op->deadline_ms. Errors: those of api_list, with a sentence. */
int view_check(struct view *view, const struct op *op, struct err *err);

#endif
