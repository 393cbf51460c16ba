/* SPDX-License-Identifier: MIT */
/* Whether the API may be asked only for what has changed. All with the collection's lock held. */
#ifndef VIEW_ETAG_H
#define VIEW_ETAG_H

#include "collection_int.h"

/* What the resource is asked with; "" when all of it is wanted. */
void etag_get_locked(const struct resource *resource, struct api_tag *ret);
/* Its document is that of this answer. NULL: of none. */
void etag_set_locked(struct resource *resource, const struct api_tag *tag);
/* The list has just been taken in. */
void etag_set_list_locked(
	struct collection *c, const struct api_tag *tag, uint64_t requested_us);
/* The answer was "unchanged": what is known counts as asked for at that time, unless it is not what
 * the question was about. */
void etag_renew_locked(
	struct resource *resource, const struct api_tag *tag, uint64_t requested_us);
void etag_renew_list_locked(
	struct collection *c, const struct api_tag *tag, uint64_t requested_us);

#endif
