/* SPDX-License-Identifier: MIT */
/* An ETag is kept only while the known document is exactly the answer that it names. So the answer
 * "unchanged" can only mean that all of it is still true, as of the new question. Every change of
 * the document drops the ETag, and the next question asks for everything. */
#include "etag.h"

#include <stdio.h>
#include <string.h>

void etag_get_locked(const struct resource *resource, struct api_tag *ret)
{
	if (resource->etag)
		snprintf(ret->text, sizeof(ret->text), "%s", resource->etag);
}

void etag_set_locked(struct resource *resource, const struct api_tag *tag)
{
	free(resource->etag);
	/* if there is no memory, there is no ETag */
	resource->etag = tag && tag->text[0] ? strdup(tag->text) : NULL;
}

/* Whether all known VPCs are as this list shows them. A VPC with another time was written, created,
 * deleted or asked for since, or the list lags behind it. */
static bool is_settled(struct collection *c, uint64_t requested_us)
{
	for (struct map_pos p = {0}; map_next(&c->by_id, &p);) {
		const struct vpc *vpc = p.value;

		if (vpc->resource.requested_us != requested_us)
			return false;
	}
	return true;
}

void etag_set_list_locked(
	struct collection *c, const struct api_tag *tag, uint64_t requested_us)
{
	etag_set_locked(&c->list, is_settled(c, requested_us) ? tag : NULL);
}

void etag_renew_locked(
	struct resource *resource, const struct api_tag *tag, uint64_t requested_us)
{
	if (resource->etag && strcmp(resource->etag, tag->text) == 0 &&
		resource->requested_us < requested_us)
		resource->requested_us = requested_us;
}

void etag_renew_list_locked(
	struct collection *c, const struct api_tag *tag, uint64_t requested_us)
{
	etag_renew_locked(&c->list, tag, requested_us);
	if (c->list.requested_us != requested_us)
		return;
	for (struct map_pos p = {0}; map_next(&c->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc->resource.requested_us < requested_us)
			vpc->resource.requested_us = requested_us;
	}
}
