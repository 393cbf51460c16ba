/* SPDX-License-Identifier: MIT */
/* The collection's lock, and what the kernel hears of when it is let go. */
#ifndef VIEW_INVALIDATE_H
#define VIEW_INVALIDATE_H

#include "collection_int.h"

void collection_lock(struct collection *c);
/* Returns when the kernel keeps nothing older of the VPCs that were invalidated under the lock. */
void collection_unlock(struct collection *c);
/* Lets the lock go until something changes. False when until_ms (clock_mono_ms) has come. */
bool collection_wait_locked(struct collection *c, uint64_t until_ms);
/* What the kernel keeps of the VPC is stale, and the list is not that of its ETag any more. */
void invalidate_locked(struct vpc *vpc);

#endif
