/* SPDX-License-Identifier: MIT */
/* The collection as a whole: made, ended, freed; its figures; its lock.
 *
 * The kernel keeps attributes and names for as long as the answer they come from is used. If
 * something changes earlier (a write here, a newer answer, a refresh), the kernel drops them when
 * the lock is released, before anybody who waits for the change goes on. */
#include "collection_int.h"

#include "base/clock.h"
#include "tree/change.h"

struct collection *collection_new(const struct collection_options *options)
{
	struct collection *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->options = *options;
	pthread_mutex_init(&c->lock, NULL);
	clock_cond_init(&c->changed);
	return c;
}

void collection_set_tree(struct collection *c, struct tree *tree)
{
	c->tree = tree;
}

void collection_part(struct collection *c)
{
	pthread_mutex_lock(&c->lock);
	while (c->inflights)
		pthread_cond_wait(&c->changed, &c->lock);
	c->tree = NULL;
	pthread_mutex_unlock(&c->lock);
}

void collection_stop(struct collection *c)
{
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

void collection_free(struct collection *c)
{
	if (!c)
		return;
	map_release(&c->by_file);
	for (struct map_pos p = {0}; map_next(&c->by_id, &p);)
		vpc_unref(p.value);
	map_release(&c->by_id);
	resource_release(&c->list);
	vpc_list_release(&c->invalid);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

struct view *vpc_view(const struct vpc *vpc)
{
	return vpc->collection->options.view;
}

uint64_t collection_generation(struct collection *c)
{
	return clock_next_us(&c->generation);
}

void collection_figures(struct collection *c, struct collection_figures *ret)
{
	*ret = (struct collection_figures){0};
	pthread_mutex_lock(&c->lock);
	ret->vpcs = c->by_file.count;
	ret->cache_hits = c->cache_hits;
	pthread_mutex_unlock(&c->lock);
	if (c->tree)
		tree_stats(c->tree, &ret->tree);
}

struct resource *resource_of(struct collection *c, struct vpc *vpc)
{
	return vpc ? &vpc->resource : &c->list;
}

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
