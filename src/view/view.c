/* SPDX-License-Identifier: MIT */
/* The view as a whole: made, checked once, ended, freed. */
#include "view/view.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "cache.h"
#include "fetch.h"
#include "mount.h"
#include "report.h"

static void observe(void *arg, const struct api_event *event)
{
	struct view *view = arg;

	report_call(event);
	call_log_add(&view->call_log, event);
	stats_add(&view->stats, event);
}

static int fill(struct view *view, const struct view_options *options, struct err *err)
{
	struct collection_options collection = {
		.view = view, .ttl_ms = options->ttl_ms, .timeout_ms = options->timeout_ms};
	struct api_options api = options->api;
	int r;

	api.observe = observe;
	api.observe_arg = view;
	r = api_new(&api, &view->api, err);
	if (r < 0)
		return r;
	collection.api = view->api;
	view->collection = collection_new(&collection);
	view->zone = options->zone ? strdup(options->zone) : NULL;
	view->options_text = strdup(options->options_text);
	view->version = strdup(options->version);
	if (!view->collection || (options->zone && !view->zone) || !view->options_text ||
		!view->version)
		return -ENOMEM;
	return 0;
}

int view_new(const struct view_options *options, struct view **ret, struct err *err)
{
	struct view *view = calloc(1, sizeof(*view));
	int r;

	if (!view)
		return err_set(err, ENOMEM, "out of memory");
	view->started = clock_real();
	view->timeout_ms = options->timeout_ms;
	view->dry_run = options->dry_run;
	view->nodelete = options->nodelete;
	write_locks_init(&view->write_locks);
	call_log_init(&view->call_log);
	stats_init(&view->stats);
	rejected_init(&view->rejected);
	pthread_mutex_init(&view->last_error_lock, NULL);
	last_error_init(&view->last_error, &view->last_error_lock, view->started);
	r = fill(view, options, err);
	if (r < 0) {
		view_free(view);
		return err_set(err, -r, "out of memory");
	}
	*ret = view;
	return 0;
}

void view_forget(struct view *view)
{
	cache_forget(view->collection);
}

void view_set_tree(struct view *view, struct tree *tree)
{
	collection_set_tree(view->collection, tree);
}

void view_part(struct view *view)
{
	collection_part(view->collection);
}

void view_shut_down(struct view *view)
{
	collection_stop(view->collection);
	write_locks_stop(&view->write_locks);
}

void view_free(struct view *view)
{
	if (!view)
		return;
	if (view->collection)
		collection_part(view->collection);
	collection_free(view->collection);
	api_free(view->api);
	write_locks_release(&view->write_locks);
	call_log_release(&view->call_log);
	stats_release(&view->stats);
	rejected_release(&view->rejected);
	last_error_release(&view->last_error);
	pthread_mutex_destroy(&view->last_error_lock);
	free(view->zone);
	free(view->options_text);
	free(view->version);
	free(view);
}

int view_check(struct view *view, const struct op *op, struct err *err)
{
	struct api_problem problem = {0};
	int r = fetch_list(view->collection, op, &problem);

	return r < 0 ? err_set(err, -r, "%s", problem.text) : 0;
}
