/* SPDX-License-Identifier: MIT */
/* The collection's lock. When it is released, the kernel is told to drop stale attributes. */
#ifndef VIEW_INVALIDATE_H
#define VIEW_INVALIDATE_H

#include "collection_int.h"

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

#endif
