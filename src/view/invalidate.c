/* SPDX-License-Identifier: MIT */
/* The kernel keeps what it is told for as long as the answer it was made from is used. When
 * something changes earlier (a write here, a newer answer, a refresh), the kernel drops it before
 * anybody who waits for the change goes on. */
#include "internal.h"

void invalidation_begin(struct view *view, struct invalidation *in)
{
	*in = (struct invalidation){0};
	pthread_mutex_lock(&view->lock);
	view->invalidation = in;
}

/* Without memory the kernel goes on with what it has until its time is over. */
void invalidation_add(struct vpc *vpc)
{
	struct invalidation *in = vpc->view->invalidation;

	if (!in)
		return;
	if (in->count == in->cap) {
		size_t cap = in->cap ? in->cap * 2 : 16;
		struct vpc **vpcs = reallocarray(in->vpcs, cap, sizeof(struct vpc *));

		if (!vpcs)
			return;
		in->vpcs = vpcs;
		in->cap = cap;
	}
	in->vpcs[in->count++] = vpc_ref(vpc);
}

void invalidation_end(struct view *view, struct invalidation *in)
{
	view->invalidation = NULL;
	pthread_mutex_unlock(&view->lock);
	for (size_t i = 0; i < in->count; i++) {
		struct vpc *vpc = in->vpcs[i];
		bool is_gone;

		pthread_mutex_lock(&view->lock);
		is_gone = vpc->is_gone;
		pthread_mutex_unlock(&view->lock);
		if (is_gone)
			tree_change_gone(view->tree, vpc);
		else
			tree_change_touch(view->tree, vpc);
		vpc_unref(vpc);
	}
	free(in->vpcs);
}
