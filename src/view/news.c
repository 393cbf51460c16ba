/* SPDX-License-Identifier: MIT */
/* The kernel keeps what it is told for as long as the answer it was made from is used. Whatever changes earlier - a write here, a
 * newer answer, refresh - is news, and is told before anybody who waits for it goes on. */
#include "internal.h"

void news_open(struct view *view, struct news *news)
{
	*news = (struct news){0};
	tree_change_begin(view->tree);
	pthread_mutex_lock(&view->lock);
	view->news = news;
}

/* Without memory the kernel goes on with what it has until its time is over. */
void news_add(struct vpc *vpc)
{
	struct news *news = vpc->view->news;

	if (!news || vpc->is_draft)
		return;
	if (news->count == news->cap) {
		size_t cap = news->cap ? news->cap * 2 : 16;
		struct vpc **vpcs = realloc(news->vpcs, cap * sizeof(*vpcs));

		if (!vpcs)
			return;
		news->vpcs = vpcs;
		news->cap = cap;
	}
	news->vpcs[news->count++] = vpc_ref(vpc);
}

void news_close(struct view *view, struct news *news)
{
	view->news = NULL;
	pthread_mutex_unlock(&view->lock);
	for (size_t i = 0; i < news->count; i++) {
		tree_change_touch(view->tree, news->vpcs[i]);
		vpc_unref(news->vpcs[i]);
	}
	free(news->vpcs);
	tree_change_end(view->tree);
}

uint64_t news_until_us(struct vpc *vpc)
{
	uint64_t until = vpc->asked_us + vpc->view->ttl_ms * 1000;

	if (vpc->is_draft || vpc->gone || !vpc->asked_us ||
		vpc->asked_us < vpc->view->forgotten_us)
		return 0;
	if (vpc->kept_until_us < until)
		vpc->kept_until_us = until;
	return until;
}
