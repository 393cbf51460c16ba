/* SPDX-License-Identifier: MIT */
/* The collection as a whole: made, ended, freed; its figures. */
#include "collection_int.h"

#include "base/clock.h"

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
	return generation_next(&c->generation);
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
