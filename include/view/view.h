/* SPDX-License-Identifier: MIT */
/* Where the file system and the VPCs meet: which object is shown as which file, and what a write to
 * that file becomes. */
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
	/* the view sets observe, and owns the struct api that it makes from these */
	struct api_options api;
	uint64_t ttl_ms; /* how long an answer is used */
	/* the deadline of each operation, counted from its start; it includes the network */
	uint64_t timeout_ms;
	const char *zone; /* of a VPC that mkdir creates; or NULL */
	bool dry_run;
	bool nodelete;
	/* the text of `.vpcfs/options`: the options in force, without secrets */
	const char *options_text;
	const char *version;
};

/* Makes a view. Copies the strings of options. Errors: -ENOMEM, and those of api_new. */
int view_new(const struct view_options *options, struct view **ret, struct err *err);
/* Frees the view. No operation may be under way, and every node must have been released. Waits for
 * the questions to the API that are still open: call http_shut_down before, so that they end. NULL
 * is allowed. */
void view_free(struct view *view);

/* The mount is ending: every operation that waits in the view returns at once, and from now on none
 * waits. Calls to the API are ended by http_shut_down. Any thread may call this; it does not block.
 */
void view_shut_down(struct view *view);

/* Forgets all answers, as a write to `.vpcfs/refresh` does. Any thread may call this. */
void view_forget(struct view *view);

/* Sets the tree. The view tells the tree when something that it shows has changed, and reads the
 * tree's figures for `.vpcfs/stats`. Call this before the first operation. Borrowed until
 * view_part. */
void view_set_tree(struct view *view, struct tree *tree);
/* Waits, as view_free does, for the questions to the API that are still open. Afterwards the view
 * does not use the tree any more. */
void view_part(struct view *view);

/* The root directory. */
struct node_entry view_root(struct view *view);
/* Asks for the list once, so that a mount is not announced before the API has answered. The cache
 * keeps the answer. Blocks until op->deadline_ms. Errors: those of api_list, with a sentence. */
int view_check(struct view *view, const struct op *op, struct err *err);

#endif
