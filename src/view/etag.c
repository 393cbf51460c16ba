/* SPDX-License-Identifier: MIT */
/* Whether the API may be asked only for what has changed. The one idea: a tag is kept only while
 * what is known is exactly the answer that the tag names, so "unchanged" can mean nothing but "all
 * of this, as of your question". Whatever makes a difference drops the ETag, and the next question
 * wants all of it. */
#include "internal.h"

#include <string.h>

static void set(char **at, const struct api_tag *tag)
{
	free(*at);
	*at = tag && tag->text[0] ? strdup(tag->text) : NULL; /* no memory, no tag */
}

static bool is_about(const char *known, const struct api_tag *tag)
{
	return known && strcmp(known, tag->text) == 0;
}

void etag_get(const struct view *view, const struct vpc *vpc, struct api_tag *ret)
{
	const char *tag = vpc ? vpc->etag : view->list_etag;
	uint64_t asked_us = vpc ? vpc->asked_us : view->list_asked_us;

	/* A refresh wants all of it anew. */
	if (tag && asked_us >= view->forgotten_us)
		strcpy(ret->text, tag);
}

/* A VPC that the list did not settle was written, created, deleted or asked for since, or the list
 * lags behind it. */
static bool is_settled(struct view *view, uint64_t asked_us)
{
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		const struct vpc *vpc = p.value;

		if (vpc->asked_us != asked_us)
			return false;
	}
	return true;
}

void etag_keep_list(struct view *view, const struct api_tag *tag, uint64_t asked_us)
{
	set(&view->list_etag, is_settled(view, asked_us) ? tag : NULL);
}

void etag_keep_doc(struct vpc *vpc, const struct api_tag *tag)
{
	set(&vpc->etag, tag);
}

void etag_renew_list(struct view *view, const struct api_tag *tag, uint64_t asked_us)
{
	if (!is_about(view->list_etag, tag) || view->list_asked_us > asked_us)
		return;
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc->asked_us < asked_us)
			vpc->asked_us = asked_us;
	}
	view->list_asked_us = asked_us;
}

void etag_renew_doc(struct vpc *vpc, const struct api_tag *tag, uint64_t asked_us)
{
	if (is_about(vpc->etag, tag))
		vpc->asked_us = asked_us;
}

void etag_drop_list(struct view *view)
{
	set(&view->list_etag, NULL);
}

void etag_drop_doc(struct vpc *vpc)
{
	set(&vpc->etag, NULL);
}
