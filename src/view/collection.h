/* SPDX-License-Identifier: MIT */
/* The VPCs of the API as the mount knows them: by id, by file name, and what the API said of each.
 * It owns one lock, which only the modules from here to fetch take; everybody else calls them. */
#ifndef VIEW_COLLECTION_H
#define VIEW_COLLECTION_H

#include <stdint.h>
#include "api/api.h"
#include "tree/tree.h"
#include "vpc.h"

struct collection;
struct view;

struct collection_options {
	struct view *view;   /* borrowed: handed out by vpc_view */
	struct api *api;     /* borrowed: outlives it */
	uint64_t ttl_ms;     /* how long an answer is used */
	uint64_t timeout_ms; /* what an operation has */
};

/* NULL without memory. */
struct collection *collection_new(const struct collection_options *options);
/* After collection_part. NULL is allowed. */
void collection_free(struct collection *c);
/* Who is told of changes, and charged for local entries; before the first operation. Borrowed until
 * collection_part. */
void collection_set_tree(struct collection *c, struct tree *tree);
/* Waits for the questions that are still open; then nobody is told any more. */
void collection_part(struct collection *c);
/* The mount ends: whoever waits for an answer returns at once, now and from now on. */
void collection_stop(struct collection *c);

/* For which mount the VPC is known. */
struct view *vpc_view(const struct vpc *vpc);
/* The generation of now. */
uint64_t collection_generation(struct collection *c);

struct collection_figures {
	uint64_t vpcs; /* that are shown */
	uint64_t cache_hits;
	struct tree_stats tree; /* zero without a tree */
};
void collection_figures(struct collection *c, struct collection_figures *ret);

#endif
