/* SPDX-License-Identifier: MIT */
/* The members of the collection and its lock, for the modules from collection to fetch. */
#ifndef VIEW_COLLECTION_INT_H
#define VIEW_COLLECTION_INT_H

#include "collection.h"
#include "vpc_int.h"

struct collection {
	struct collection_options options;
	struct tree *tree;	     /* borrowed; NULL: there is no kernel to tell */
	_Atomic uint64_t generation; /* the last one */
	pthread_mutex_t lock;
	/* ---- the lock protects the members below */
	pthread_cond_t changed; /* an answer came, or a waiter was cancelled */
	/* VPCs whose attributes the kernel is told to drop when the lock is released */
	struct vpc_list invalid;
	struct map by_id;   /* owns a reference to each VPC, hidden ones included */
	struct map by_file; /* borrowed from by_id: what the root lists */
	/* The list. It has an ETag only while the VPCs here are exactly those of the answer with
	 * that ETag. */
	struct resource list;
	/* answers to questions that were asked before this generation do not count (refresh) */
	uint64_t forgotten_us;
	/* the VPC whose answer was last found too old; only compared, never followed */
	struct vpc *last_stale;
	uint64_t last_stale_us;
	uint64_t cache_hits;
	/* questions under way, of all kinds; collection_part waits for them */
	unsigned inflights;
	bool stopping; /* the mount is ending: nobody waits any more */
};

void collection_lock(struct collection *c);
/* Releases the lock. Returns after the kernel has dropped what it kept of the VPCs that were
 * invalidated under the lock. */
void collection_unlock(struct collection *c);
/* Releases the lock until something changes, then takes it again. Returns false if until_ms
 * (clock_mono_ms) has come. */
bool collection_wait_locked(struct collection *c, uint64_t until_ms);
/* Invalidates the VPC: what the kernel keeps of it is stale, and the known list no longer is the
 * one with the list's ETag. */
void invalidate_locked(struct vpc *vpc);

/* The resource of a VPC, or of the list if vpc is NULL. */
struct resource *resource_of(struct collection *c, struct vpc *vpc);

#endif
