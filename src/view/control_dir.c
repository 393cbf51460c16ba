/* SPDX-License-Identifier: MIT */
/* `.vpcfs` and the mount's `.error`: what the mount tells about itself. Nothing here but by-id needs the network. */
#include "internal.h"

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

static int show_nothing(struct view *view, struct buf *ret)
{
	return 0;
}

static const struct control {
	const char *path;
	mode_t mode;
	int (*show)(
		struct view *view, struct buf *ret); /* NULL: it has a time of its own */
} controls[] = {
	{".vpcfs/README", 0444, show_readme},
	{".vpcfs/version", 0444, show_version},
	{".vpcfs/options", 0444, show_options},
	{".vpcfs/log", 0444, NULL},
	{".vpcfs/stats", 0444, journal_stats},
	{".vpcfs/refresh", 0644, show_nothing},
	{".error", 0444, NULL},
};

static const struct control *find_control(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(controls); i++) {
		if (strcmp(controls[i].path, path) == 0)
			return &controls[i];
	}
	return NULL;
}

/* What stands behind ".vpcfs/DIR", NULL when path is not there; "" for the directory. */
static const char *path_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (strncmp(path, dir, n) != 0)
		return NULL;
	if (!path[n])
		return path + n;
	return path[n] == '/' ? path + n + 1 : NULL;
}

static int show_link(struct view *view, const char *id, struct buf *ret)
{
	struct vpc *vpc;
	int r;

	pthread_mutex_lock(&view->lock);
	vpc = map_get(&view->by_id, id);
	r = vpc && !vpc->gone ? buf_addf(ret, "../../%s", vpc->file) : -ENOENT;
	pthread_mutex_unlock(&view->lock);
	return r;
}

static int control_text(
	struct view *view, const char *path, struct buf *ret, struct timespec *ret_at)
{
	const struct control *control = find_control(path);
	const char *rest;

	*ret_at = view->started;
	if (control && control->show)
		return control->show(view, ret);
	if (control)
		return path[1] == 'e' ? journal_error(view, NULL, ret, ret_at)
				      : journal_log(view->journal, ret, ret_at);
	rest = path_in(path, ".vpcfs/by-id");
	if (rest)
		return show_link(view, rest, ret);
	rest = path_in(path, ".vpcfs/rejected");
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
	control = find_control(place.path);
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

/* The log's origin is that somebody has it open. */
static void *log_origin(struct node *node)
{
	struct node_place place;
	struct view *view;

	if (node_locate(node, &place) < 0)
		return NULL;
	view = place.data;
	journal_log_opened(view->journal);
	return view->journal;
}

static void log_origin_free(void *origin)
{
	journal_log_closed(origin);
}

static const struct node_ops log_ops = {
	.stat = file_stat,
	.show = file_show,
	.origin = log_origin,
	.origin_free = log_origin_free,
};

static bool refresh_complete(struct node *node, const char *text, size_t len)
{
	return len > 0;
}

static int refresh_store(struct node *node, const struct op *op, enum store_why why,
	const char *text, size_t len, void **origin)
{
	struct node_place place;
	int r = node_locate(node, &place);

	if (r == 0)
		answers_forget(place.data);
	return r;
}

static const struct node_ops refresh_ops = {
	.stat = file_stat,
	.show = file_show,
	.complete = refresh_complete,
	.store = refresh_store,
};

const struct node_ops control_file_ops = {
	.stat = file_stat,
	.show = file_show,
};

static int dir_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct node_place place;
	struct view *view;
	int r = node_locate(node, &place);

	if (r < 0)
		return r;
	view = place.data;
	*ret = (struct node_attr){.mode = 0555, .mtime = view->started};
	return 0;
}

static struct node_entry control_entry(const char *path, enum node_kind kind)
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

static int find_kind(
	struct view *view, const struct op *op, const char *path, enum node_kind *ret)
{
	CLEANUP_BUF struct buf link = BUF_INIT(NODE_PATH_MAX);
	struct api_problem problem = {0};
	struct timespec at;
	const char *rest = path_in(path, ".vpcfs/by-id");
	int r;

	*ret = NODE_DIR;
	if (rest && *rest) {
		*ret = NODE_LINK;
		r = answers_list(view, op, &problem);
		return r < 0 ? read_fail(view, NULL, path, &problem)
			     : show_link(view, rest, &link);
	}
	if (rest || strcmp(path, ".vpcfs/rejected") == 0)
		return 0;
	rest = path_in(path, ".vpcfs/rejected");
	r = rest ? rejected_get(view->journal, rest, NULL, &at) : -ENOENT;
	if (r == -EISDIR)
		return 0;
	*ret = NODE_FILE;
	return find_control(path) ? 0 : r;
}

static int dir_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct node_place place;
	enum node_kind kind;
	int r = child_place(dir, name, &place);

	if (r == 0)
		r = find_kind(place.data, op, place.path, &kind);
	if (r == 0)
		*ret = control_entry(place.path, kind);
	return r;
}

static int list_top(struct node_listing *listing)
{
	static const char *const dirs[] = {"by-id", "rejected"};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(controls) && r == 0; i++) {
		const char *name = path_in(controls[i].path, ".vpcfs");
		struct node_entry entry = control_entry(controls[i].path, NODE_FILE);

		if (name)
			r = node_listing_add(listing, name, &entry, NULL);
	}
	for (size_t i = 0; i < ARRAY_LEN(dirs) && r == 0; i++) {
		struct node_entry entry = control_entry("", NODE_DIR);

		r = node_listing_add(listing, dirs[i], &entry, NULL);
	}
	return r;
}

static int take_ids(struct view *view, const struct op *op, struct map *ret)
{
	struct api_problem problem = {0};
	int r = answers_list(view, op, &problem);

	if (r < 0)
		return read_fail(view, NULL, ".vpcfs/by-id", &problem);
	pthread_mutex_lock(&view->lock);
	for (struct map_pos p = {0}; r == 0 && map_next(&view->by_id, &p);) {
		const struct vpc *vpc = p.value;

		/* An id is no file name when it has a slash or is a dot: such a link is left out. */
		if (!vpc->gone && !strchr(p.key, '/') && p.key[0] != '.' &&
			strlen(p.key) < NAME_FILE_MAX)
			r = map_add(ret, p.key, view);
	}
	pthread_mutex_unlock(&view->lock);
	return r;
}

static int list_names(struct view *view, const struct op *op, const char *path,
	struct node_listing *listing)
{
	CLEANUP(map_release) struct map names = {0};
	const char *rest = path_in(path, ".vpcfs/rejected");
	char child[NODE_PATH_MAX];
	int r = rest ? rejected_list(view->journal, rest, &names)
		     : take_ids(view, op, &names);

	for (struct map_pos p = {0}; r == 0 && map_next(&names, &p);) {
		enum node_kind kind = NODE_LINK;
		struct timespec at;
		struct node_entry entry;

		if (rest)
			kind = path_join(child, rest, p.key) == 0 &&
					       rejected_get(view->journal, child, NULL,
						       &at) == -EISDIR
				       ? NODE_DIR
				       : NODE_FILE;
		entry = control_entry("", kind);
		r = node_listing_add(listing, p.key, &entry, NULL);
	}
	return r;
}

static int dir_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	if (strcmp(place.path, ".vpcfs") == 0)
		return list_top(listing);
	return list_names(place.data, op, place.path, listing);
}

/* A refused text that its writer no longer wants. */
static int dir_unlink(struct node *dir, const struct op *op, const char *name)
{
	struct node_place place;
	const char *rest;
	struct view *view;
	int r = child_place(dir, name, &place);

	if (r < 0)
		return r;
	rest = path_in(place.path, ".vpcfs/rejected");
	if (!rest)
		return -EPERM;
	view = place.data;
	return rejected_drop(view->journal, rest) ? 0 : -ENOENT;
}

/* Directories of refused texts vanish with their last text: rm -r passes. */
static int dir_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	struct node_place place;
	struct timespec at;
	const char *rest;
	struct view *view;
	int r = child_place(dir, name, &place);

	if (r < 0)
		return r;
	rest = path_in(place.path, ".vpcfs/rejected");
	if (!rest || !*rest)
		return -EPERM;
	view = place.data;
	return rejected_get(view->journal, rest, NULL, &at) == -EISDIR ? -ENOTEMPTY : 0;
}

const struct node_ops control_dir_ops = {
	.stat = dir_stat,
	.lookup = dir_lookup,
	.list = dir_list,
	.unlink = dir_unlink,
	.remove = dir_remove,
};
