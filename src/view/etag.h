/* SPDX-License-Identifier: MIT */
/* ETags: asking the API for a document or the list only if it has changed. All functions are called
 * with the collection's lock held. */
#ifndef VIEW_ETAG_H
#define VIEW_ETAG_H

#include "collection_int.h"

/* Writes the ETag to ask with to *ret; leaves ret alone if the whole answer is wanted. */
void etag_get_locked(const struct resource *resource, struct api_tag *ret);
/* Sets the resource's ETag: the known document is the answer with this ETag. NULL: it has none. */
void etag_set_locked(struct resource *resource, const struct api_tag *tag);
/* The same for the list, which the cache has just taken. */
void etag_set_list_locked(
	struct collection *c, const struct api_tag *tag, uint64_t requested_us);
/* Takes the answer "unchanged": the known document or list now counts as asked for at requested_us.
 * Does nothing if it is no longer the one that the question was about. */
void etag_renew_locked(
	struct resource *resource, const struct api_tag *tag, uint64_t requested_us);
void etag_renew_list_locked(
	struct collection *c, const struct api_tag *tag, uint64_t requested_us);

#endif
