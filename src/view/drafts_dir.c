/* SPDX-License-Identifier: MIT */
/* `.drafts`: mkdir makes a VPC that exists only here, mv out of it creates it. */
#include "internal.h"

#include <errno.h>
#include <string.h>

static struct view *view_of_dir(struct node *dir)
{
	struct node_place place;

	return node_locate(dir, &place) < 0 ? NULL : place.data;
}

static int drafts_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct view *view = view_of_dir(node);

	*ret = (struct node_attr){.mode = 0755, .mtime = view->started};
	return 0;
}

static struct node_entry draft_entry(struct vpc *draft)
{
	return (struct node_entry){.ops = &vpc_dir_ops,
		.kind = NODE_DIR,
		.flags = NODE_SCRATCH,
		.data = vpc_ref(draft),
		.key = (uintptr_t)draft};
}

static struct vpc *find_draft(struct view *view, const char *name)
{
	struct vpc *draft;

	pthread_mutex_lock(&view->lock);
	draft = map_get(&view->drafts, name);
	if (draft)
		vpc_ref(draft);
	pthread_mutex_unlock(&view->lock);
	return draft;
}

static int drafts_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP_VPC struct vpc *draft = find_draft(view_of_dir(dir), name);

	if (!draft)
		return -ENOENT;
	*ret = draft_entry(draft);
	return 0;
}

static int drafts_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct view *view = view_of_dir(dir);
	struct map names = {0};
	int r = 0;

	pthread_mutex_lock(&view->lock);
	for (struct map_pos p = {0}; r == 0 && map_next(&view->drafts, &p);) {
		r = map_add(&names, p.key, p.value);
		if (r == 0)
			vpc_ref(p.value);
	}
	pthread_mutex_unlock(&view->lock);
	for (struct map_pos p = {0}; map_next(&names, &p);) {
		struct node_entry entry = draft_entry(p.value);

		if (r == 0)
			r = node_listing_add(listing, p.key, &entry, NULL);
		else
			vpc_unref(entry.data);
		vpc_unref(p.value);
	}
	map_release(&names);
	return r;
}

static int drafts_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP_VPC struct vpc *draft = NULL;
	int r = draft_new(view_of_dir(dir), name, &draft);

	if (r == 0)
		*ret = draft_entry(draft);
	return r;
}

static int drafts_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	CLEANUP_VPC struct vpc *draft = find_draft(view_of_dir(dir), name);

	if (!draft)
		return -ENOENT;
	if (has_scratch)
		return -ENOTEMPTY;
	draft_drop(draft);
	return 0;
}

static int publish(struct vpc *draft, const struct op *op, const char *name)
{
	CLEANUP_VPC struct vpc *other = NULL, *created = NULL;
	struct api_problem problem = {0};
	int r = answers_find(draft->view, op, name, &other, &problem);

	if (r == 0)
		return -EEXIST;
	if (r != -ENOENT)
		return read_fail(draft->view, NULL, name, &problem);
	r = lifecycle_publish(draft, op, name, &created);
	if (r == 0 && !draft->view->dry_run)
		draft_drop(draft);
	return r;
}

static int drafts_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name, bool noreplace)
{
	struct view *view = view_of_dir(dir);
	CLEANUP_VPC struct vpc *draft = find_draft(view, name);
	struct node_place to;
	int r = node_locate(new_dir, &to);

	if (r < 0)
		return r;
	if (!draft)
		return -ENOENT;
	if (to.data == view && !to.path[0])
		return publish(draft, op, new_name);
	if (to.data == view && strcmp(to.path, ".drafts") == 0)
		return draft_move(draft, new_name);
	return -EPERM;
}

const struct node_ops drafts_dir_ops = {
	.stat = drafts_stat,
	.lookup = drafts_lookup,
	.list = drafts_list,
	.make = drafts_make,
	.remove = drafts_remove,
	.rename = drafts_rename,
};
