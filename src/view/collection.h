/* SPDX-License-Identifier: MIT */
/* The VPCs of the API as the mount knows them: by id, by file name, and with what the API said
 * about each. The collection owns one lock, which only the modules from here to fetch take. All
 * other modules call these. */
#ifndef VIEW_COLLECTION_H
#define VIEW_COLLECTION_H

#include <stdint.h>
#include "api/api.h"
#include "tree/tree.h"
#include "vpc.h"

struct collection;
struct view;

struct collection_options {
	struct view *view;   /* borrowed; vpc_view returns it */
	struct api *api;     /* borrowed: outlives it */
	uint64_t ttl_ms;     /* how long an answer is used */
	uint64_t timeout_ms; /* the deadline of each operation */
};

/* Returns NULL if there is no memory. */
struct collection *collection_new(const struct collection_options *options);
/* After collection_part. NULL is allowed. */
void collection_free(struct collection *c);
/* Sets the tree, which is told of changes and charged for local entries. Call this before the first
 * operation. Borrowed until collection_part. */
void collection_set_tree(struct collection *c, struct tree *tree);
/* Waits for the questions that are still open. Afterwards the collection does not use the tree any
 * more. */
void collection_part(struct collection *c);
/* The mount is ending: every operation that waits for an answer returns at once, and from now on
 * none waits. */
void collection_stop(struct collection *c);

/* Returns the view that the VPC belongs to. Borrowed. */
struct view *vpc_view(const struct vpc *vpc);
/* Returns a new generation: microseconds of the monotonic clock, never the same value twice. So of
 * a question and a write it is always decided which came first. */
uint64_t collection_generation(struct collection *c);

struct collection_figures {
	uint64_t vpcs; /* VPCs that the mount shows */
	uint64_t cache_hits;
	struct tree_stats tree; /* zero if there is no tree */
};
void collection_figures(struct collection *c, struct collection_figures *ret);

#endif
