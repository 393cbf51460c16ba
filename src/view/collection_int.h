/* SPDX-License-Identifier: MIT */
/* The body of the collection, for the modules from collection to fetch. */
#ifndef VIEW_COLLECTION_INT_H
#define VIEW_COLLECTION_INT_H

#include "collection.h"
#include "generation.h"
#include "vpc_int.h"

struct collection {
	struct collection_options options;
	struct tree *tree; /* borrowed, or NULL: tells the kernel */
	struct generation generation;
	pthread_mutex_t lock;
	/* ---- these are under the lock */
	pthread_cond_t changed;	 /* an answer came, or a waiter was cancelled */
	struct vpc_list invalid; /* what the kernel must hear of when the lock is let go */
	struct map by_id;	 /* owns a reference of each VPC, hidden ones included */
	struct map by_file;	 /* borrowed from by_id: what the root lists */
	/* its ETag is that of the list that the VPCs here are, each and no other */
	struct resource list;
	/* answers to questions asked before do not count (refresh) */
	uint64_t forgotten_us;
	/* borrowed, compared only: whose answer was last found too old */
	struct vpc *last_stale;
	uint64_t last_stale_us;
	uint64_t cache_hits;
	unsigned inflights; /* of every kind; collection_part waits for them */
	bool stopping;	    /* nobody waits any more */
};

/* What is asked for: the VPC, or the list when vpc is NULL. */
struct resource *resource_of(struct collection *c, struct vpc *vpc);

#endif
