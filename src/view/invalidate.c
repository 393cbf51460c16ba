/* SPDX-License-Identifier: MIT */
/* The kernel keeps attributes and names for as long as the answer they come from is used. If
 * something changes earlier (a write here, a newer answer, a refresh), the kernel drops them before
 * anybody who waits for the change goes on. */
#include "invalidate.h"

#include "base/clock.h"
#include "tree/change.h"

void collection_lock(struct collection *c)
{
	pthread_mutex_lock(&c->lock);
}

bool collection_wait_locked(struct collection *c, uint64_t until_ms)
{
	return clock_cond_wait(&c->changed, &c->lock, until_ms);
}

/* If there is no memory, the kernel keeps what it has until that expires. */
void invalidate_locked(struct vpc *vpc)
{
	struct collection *c = vpc->collection;

	free(STEAL(c->list.etag));
	(void)vpc_list_add(&c->invalid, vpc);
}

static bool is_gone(struct vpc *vpc)
{
	bool gone;

	pthread_mutex_lock(&vpc->collection->lock);
	gone = vpc->is_gone;
	pthread_mutex_unlock(&vpc->collection->lock);
	return gone;
}

void collection_unlock(struct collection *c)
{
	CLEANUP_VPC_LIST struct vpc_list invalid = c->invalid;

	c->invalid = (struct vpc_list){0};
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < invalid.count; i++) {
		struct vpc *vpc = invalid.vpcs[i];

		if (is_gone(vpc))
			tree_change_gone(c->tree, vpc);
		else
			tree_change_touch(c->tree, vpc);
	}
}
