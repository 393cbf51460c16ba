/* SPDX-License-Identifier: MIT */
/* `.vpcfs` and the directories in it. Nothing here but by-id needs the network. */
#include "control.h"

#include <errno.h>
#include <string.h>
#include "fetch.h"
#include "names.h"
#include "place.h"
#include "report.h"

static int control_dir_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct node_place place;
	struct view *view;
	int r = node_locate(node, &place);

	if (r < 0)
		return r;
	view = place.data;
	/* What is kept can be removed, by ordinary users, too. */
	*ret = (struct node_attr){
		.mode = control_path_in(place.path, ".vpcfs/rejected") ? 0755 : 0555,
		.mtime = view->started};
	return 0;
}

static int find_kind(
	struct view *view, const struct op *op, const char *path, enum node_kind *ret)
{
	CLEANUP_BUF struct buf link = BUF_INIT(NODE_PATH_MAX);
	struct api_problem problem = {0};
	struct timespec at;
	const char *rest = control_path_in(path, ".vpcfs/by-id");
	int r;

	*ret = NODE_DIR;
	if (rest && *rest) {
		*ret = NODE_LINK;
		r = fetch_list(view->collection, op, &problem);
		return r < 0 ? read_fail(view, NULL, path, &problem)
			     : control_show_link(view, rest, &link);
	}
	if (rest || strcmp(path, ".vpcfs/rejected") == 0)
		return 0;
	rest = control_path_in(path, ".vpcfs/rejected");
	r = rest ? rejected_get(&view->rejected, rest, NULL, &at) : -ENOENT;
	if (r == -EISDIR)
		return 0;
	*ret = NODE_FILE;
	return control_find(path) ? 0 : r;
}

static struct node_entry control_entry(const char *path, enum node_kind kind)
{
	const struct control *control = control_find(path);
	struct node_entry entry = {.ops = &control_file_ops, .kind = kind};

	if (kind == NODE_DIR)
		entry.ops = &control_dir_ops;
	else if (control)
		entry.ops = control->ops;
	if (strcmp(path, ".vpcfs/log") == 0)
		entry.flags = NODE_LIVE;
	return entry;
}

static int control_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct node_place place;
	enum node_kind kind;
	int r = place_of(dir, name, &place);

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

	for (size_t i = 0; i < control_count && r == 0; i++) {
		const char *name = control_path_in(controls[i].path, ".vpcfs");
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
	int r = fetch_list(view->collection, op, &problem);

	return r < 0 ? read_fail(view, NULL, ".vpcfs/by-id", &problem)
		     : names_list_ids(view->collection, ret);
}

static int list_names(struct view *view, const struct op *op, const char *path,
	struct node_listing *listing)
{
	CLEANUP(map_release) struct map names = {0};
	const char *rest = control_path_in(path, ".vpcfs/rejected");
	char child[NODE_PATH_MAX];
	int r = rest ? rejected_list(&view->rejected, rest, &names)
		     : take_ids(view, op, &names);

	for (struct map_pos p = {0}; r == 0 && map_next(&names, &p);) {
		enum node_kind kind = NODE_LINK;
		struct timespec at;
		struct node_entry entry;

		if (rest)
			kind = path_join(child, rest, p.key) == 0 &&
					       rejected_get(&view->rejected, child, NULL,
						       &at) == -EISDIR
				       ? NODE_DIR
				       : NODE_FILE;
		entry = control_entry("", kind);
		r = node_listing_add(listing, p.key, &entry, NULL);
	}
	return r;
}

static int control_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	if (strcmp(place.path, ".vpcfs") == 0)
		return list_top(listing);
	return list_names(place.data, op, place.path, listing);
}

/* Removes a refused text that its writer does not need any more. */
static int control_unlink(struct node *dir, const struct op *op, const char *name)
{
	struct node_place place;
	const char *rest;
	struct view *view;
	int r = place_of(dir, name, &place);

	if (r < 0)
		return r;
	rest = control_path_in(place.path, ".vpcfs/rejected");
	if (!rest)
		return -EPERM;
	view = place.data;
	return rejected_drop(&view->rejected, rest) ? 0 : -ENOENT;
}

/* Directories of refused texts vanish with their last text, so rmdir of an empty one succeeds. (The
 * kernel looks the name up before, and mostly says ENOENT itself, which rm -rf takes for success.)
 */
static int control_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	struct node_place place;
	struct timespec at;
	const char *rest;
	struct view *view;
	int r = place_of(dir, name, &place);

	if (r < 0)
		return r;
	rest = control_path_in(place.path, ".vpcfs/rejected");
	if (!rest || !*rest)
		return -EPERM;
	view = place.data;
	return rejected_get(&view->rejected, rest, NULL, &at) == -EISDIR ? -ENOTEMPTY : 0;
}

const struct node_ops control_dir_ops = {
	.stat = control_dir_stat,
	.lookup = control_lookup,
	.list = control_list,
	.unlink = control_unlink,
	.remove = control_remove,
	.refused = view_refused,
};
