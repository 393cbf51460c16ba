/* SPDX-License-Identifier: MIT */
/* The files of `.vpcfs` and the mount's `.error`: what the mount tells about itself. None of them
 * needs the network. */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX (16u << 20)

static int show_readme(struct view *view, struct buf *ret)
{
	return buf_adds(ret, control_readme);
}

static int show_version(struct view *view, struct buf *ret)
{
	return buf_addf(ret, "%s\n", view->version ? view->version : "");
}

static int show_options(struct view *view, struct buf *ret)
{
	return buf_adds(ret, view->options_text ? view->options_text : "");
}

/* Names of unknown fields, each once. */
static int add_unknown(void *arg, const char *name)
{
	int r = map_add(arg, name, arg);

	return r == -EEXIST ? 0 : r;
}

/* The documents that are known, so that nothing is parsed with the lock held. */
static int take_docs(struct view *view, struct doc_list *ret)
{
	pthread_mutex_lock(&view->lock);
	ret->docs = calloc(view->by_id.count + 1, sizeof(*ret->docs));
	for (struct map_pos p = {0}; ret->docs && map_next(&view->by_id, &p);) {
		const struct vpc *vpc = p.value;

		if (!vpc->is_gone && vpc->doc && doc_is_readable(vpc->doc))
			ret->docs[ret->count++] = doc_ref(vpc->doc);
	}
	pthread_mutex_unlock(&view->lock);
	return ret->docs ? 0 : -ENOMEM;
}

/* The unknown fields of every VPC that is known. */
static int take_unknown(struct view *view, struct map *ret)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	int r = take_docs(view, &list);

	for (size_t i = 0; r == 0 && i < list.count; i++)
		r = doc_unknown_names(list.docs[i], add_unknown, ret);
	return r;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int show_server_owned(struct view *view, struct buf *ret)
{
	CLEANUP(map_release) struct map unknown = {0};
	CLEANUP_FREE const char **names = NULL;
	size_t count = 0;
	int r = take_unknown(view, &unknown);

	if (r == 0) {
		names = calloc(unknown.count + 1, sizeof(*names));
		r = names ? 0 : -ENOMEM;
	}
	if (r < 0)
		return r;
	for (struct map_pos p = {0}; map_next(&unknown, &p);)
		names[count++] = p.key;
	qsort(names, count, sizeof(*names), compare_names);
	return schema_server_owned(names, count, ret);
}

static int show_nothing(struct view *view, struct buf *ret)
{
	return 0;
}

const struct control controls[] = {
	{".vpcfs/README", 0444, show_readme},
	{".vpcfs/version", 0444, show_version},
	{".vpcfs/options", 0444, show_options},
	{".vpcfs/log", 0444, NULL},
	{".vpcfs/stats", 0444, journal_stats},
	{".vpcfs/refresh", 0644, show_nothing},
	{".vpcfs/server-owned", 0444, show_server_owned},
	{".error", 0444, NULL},
};

const size_t control_count = ARRAY_LEN(controls);

const struct control *control_find(const char *path)
{
	for (size_t i = 0; i < control_count; i++) {
		if (strcmp(controls[i].path, path) == 0)
			return &controls[i];
	}
	return NULL;
}

const char *control_path_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (strncmp(path, dir, n) != 0)
		return NULL;
	if (!path[n])
		return path + n;
	return path[n] == '/' ? path + n + 1 : NULL;
}

int control_show_link(struct view *view, const char *file, struct buf *ret)
{
	const struct vpc *vpc;
	int r;

	pthread_mutex_lock(&view->lock);
	vpc = names_find_id(view, file);
	r = vpc ? buf_addf(ret, "../../%s", vpc->file) : -ENOENT;
	pthread_mutex_unlock(&view->lock);
	return r;
}

static int control_text(
	struct view *view, const char *path, struct buf *ret, struct timespec *ret_at)
{
	const struct control *control = control_find(path);
	const char *rest;

	*ret_at = view->started;
	if (control && control->show)
		return control->show(view, ret);
	if (control)
		return path[1] == 'e' ? journal_error(view, NULL, ret, ret_at)
				      : journal_log(view->journal, ret, ret_at);
	rest = control_path_in(path, ".vpcfs/by-id");
	if (rest)
		return control_show_link(view, rest, ret);
	rest = control_path_in(path, ".vpcfs/rejected");
	return rest ? rejected_get(view->journal, rest, ret, ret_at) : -ENOENT;
}

static int file_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT(TEXT_MAX);
	const struct control *control;
	struct node_place place;
	int r = node_locate(node, &place);

	if (r < 0)
		return r;
	control = control_find(place.path);
	*ret = (struct node_attr){.mode = control ? control->mode : 0444};
	r = control_text(place.data, place.path, &text, &ret->mtime);
	ret->size = text.len;
	return r;
}

static int file_show(struct node *node, const struct op *op, struct node_text *ret)
{
	struct node_place place;
	struct timespec at;
	int r = node_locate(node, &place);

	return r < 0 ? r : control_text(place.data, place.path, &ret->text, &at);
}

/* The log's base is that somebody has it open. */
static int log_show(struct node *node, const struct op *op, struct node_text *ret)
{
	struct node_place place;
	struct view *view;
	int r = file_show(node, op, ret);

	if (r == 0)
		r = node_locate(node, &place);
	if (r < 0)
		return r;
	view = place.data;
	journal_log_opened(view->journal);
	ret->base = view->journal;
	return 0;
}

static void log_base_free(void *base)
{
	journal_log_closed(base);
}

static const struct node_ops log_ops = {
	.stat = file_stat,
	.show = log_show,
	.base_free = log_base_free,
	.refused = view_refused,
};

static bool refresh_complete(struct node *node, const char *text, size_t len)
{
	return len > 0;
}

static int refresh_store(struct node *node, const struct op *op, struct node_store *store)
{
	struct node_place place;
	int r = node_locate(node, &place);

	if (r == 0)
		cache_forget(place.data);
	return r;
}

static const struct node_ops refresh_ops = {
	.stat = file_stat,
	.show = file_show,
	.complete = refresh_complete,
	.store = refresh_store,
	.refused = view_refused,
};

const struct node_ops control_file_ops = {
	.stat = file_stat,
	.show = file_show,
	.refused = view_refused,
};

struct node_entry control_entry(const char *path, enum node_kind kind)
{
	struct node_entry entry = {.ops = &control_file_ops, .kind = kind};

	if (kind == NODE_DIR)
		entry.ops = &control_dir_ops;
	else if (strcmp(path, ".vpcfs/refresh") == 0)
		entry.ops = &refresh_ops;
	if (strcmp(path, ".vpcfs/log") == 0) {
		entry.ops = &log_ops;
		entry.flags = NODE_LIVE;
	}
	return entry;
}
