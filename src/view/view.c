/* SPDX-License-Identifier: MIT */
/* The view as a whole: made, asked once, taken apart. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

static int copy_text(const char *text, char **ret)
{
	if (!text)
		return 0;
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

static int fill(struct view *view, const struct view_options *options)
{
	view->journal = journal_new();
	if (!view->journal || copy_text(options->zone, &view->zone) < 0 ||
		copy_text(options->options_text, &view->options_text) < 0 ||
		copy_text(options->version, &view->version) < 0)
		return -ENOMEM;
	view->ttl_ms = options->ttl_ms;
	view->timeout_ms = options->timeout_ms;
	view->dry_run = options->dry_run;
	view->nodelete = options->nodelete;
	view->started = clock_real();
	return 0;
}

int view_new(const struct view_options *options, struct view **ret, struct err *err)
{
	struct view *view = calloc(1, sizeof(*view));
	struct api_options api = options->api;
	int r;

	if (!view)
		return err_set(err, ENOMEM, "out of memory");
	pthread_mutex_init(&view->lock, NULL);
	clock_cond_init(&view->changed);
	r = fill(view, options);
	if (r == 0) {
		api.observe = journal_observe;
		api.observe_arg = view->journal;
		r = api_new(&api, &view->api, err);
	}
	if (r < 0) {
		view_free(view);
		return err_set(err, -r, "out of memory");
	}
	*ret = view;
	return 0;
}

static void drop_all(struct map *map)
{
	for (struct map_pos p = {0}; map_next(map, &p);)
		vpc_unref(p.value);
	map_release(map);
}

void view_forget(struct view *view)
{
	cache_forget(view);
}

void view_set_tree(struct view *view, struct tree *tree)
{
	view->tree = tree;
}

void view_part(struct view *view)
{
	pthread_mutex_lock(&view->lock);
	while (view->inflights)
		pthread_cond_wait(&view->changed, &view->lock);
	view->tree = NULL;
	pthread_mutex_unlock(&view->lock);
}

void view_free(struct view *view)
{
	if (!view)
		return;
	view_part(view);
	map_release(&view->by_file);
	free(view->breaker);
	drop_all(&view->by_id);
	api_free(view->api);
	journal_free(view->journal);
	etag_drop_list(view);
	free(view->zone);
	free(view->options_text);
	free(view->version);
	pthread_cond_destroy(&view->changed);
	pthread_mutex_destroy(&view->lock);
	free(view);
}

int view_check(struct view *view, const struct op *op, struct err *err)
{
	struct api_problem problem = {0};
	int r = cache_list(view, op, &problem);

	return r < 0 ? err_set(err, -r, "%s", problem.text) : 0;
}

void view_set_gauges(
	struct view *view, void (*gauges)(void *arg, struct view_gauges *ret), void *arg)
{
	view->gauges = gauges;
	view->gauges_arg = arg;
}

struct node_entry view_root(struct view *view)
{
	return (struct node_entry){.ops = &root_dir_ops, .kind = NODE_DIR, .data = view};
}
