/* SPDX-License-Identifier: MIT */
/* The root: a directory per VPC, and three names that are hidden. */
#include "view/view.h"

#include <errno.h>
#include <string.h>
#include "cache.h"
#include "changes.h"
#include "control.h"
#include "copy_guard.h"
#include "fetch.h"
#include "names.h"
#include "place.h"
#include "report.h"
#include "vpc_nodes.h"

/* The kernel asks for the root on the way to every file. */
static int root_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	*ret = (struct node_attr){.mode = 0755};
	ret->expires_us = cache_stamp_root(view_of(node)->collection, &ret->mtime);
	return 0;
}

/* `.drafts`: plain directories, which the tree keeps as scratch. */
static int drafts_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	*ret = (struct node_attr){.mode = 0755, .mtime = view_of(node)->started};
	return 0;
}

static const struct node_ops drafts_dir_ops = {
	.stat = drafts_stat,
	.refused = view_refused,
};

static struct node_entry vpc_entry(struct vpc *vpc)
{
	return (struct node_entry){.ops = &vpc_dir_ops,
		.kind = NODE_DIR,
		.flags = NODE_SCRATCH,
		.data = vpc_ref(vpc)};
}

static int lookup_hidden(const char *name, struct node_entry *ret)
{
	if (strcmp(name, ".vpcfs") == 0)
		*ret = (struct node_entry){
			.ops = &control_dir_ops, .kind = NODE_DIR, .flags = NODE_HIDDEN};
	else if (strcmp(name, ".drafts") == 0)
		*ret = (struct node_entry){.ops = &drafts_dir_ops,
			.kind = NODE_DIR,
			.flags = NODE_HIDDEN | NODE_SCRATCH | NODE_DRAFTS};
	else if (strcmp(name, ".error") == 0)
		*ret = (struct node_entry){
			.ops = &control_file_ops, .kind = NODE_FILE, .flags = NODE_HIDDEN};
	else
		return -ENOENT; /* file names of VPCs never start with a dot: it is escaped */
	return 0;
}

static int root_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	struct api_problem problem = {0};
	struct view *view = view_of(dir);
	int r;

	if (name[0] == '.')
		return lookup_hidden(name, ret);
	r = fetch_name(view->collection, op, name, &vpc, &problem);
	if (r < 0)
		return read_fail(view, NULL, name, &problem);
	*ret = vpc_entry(vpc);
	return 0;
}

static int list_vpcs(struct view *view, struct node_listing *listing)
{
	CLEANUP(names_release) struct map names = {0};
	int r = names_list(view->collection, &names);

	for (struct map_pos p = {0}; r == 0 && map_next(&names, &p);) {
		struct node_attr attr = {.mode = 0755};
		struct node_entry entry = vpc_entry(p.value);

		attr.expires_us = cache_stamp(p.value, NULL, "", &attr.mtime);
		r = node_listing_add(listing, p.key, &entry, &attr);
	}
	return r;
}

static int root_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct api_problem problem = {0};
	struct view *view = view_of(dir);
	int r = fetch_list(view->collection, op, &problem);

	return r < 0 ? read_fail(view, NULL, "", &problem) : list_vpcs(view, listing);
}

/* What mkdir returns in a dry run: a directory that the next look-up does not find. */
static int pretend_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	*ret = (struct node_attr){.mode = 0755};
	return 0;
}

static const struct node_ops pretend_ops = {.stat = pretend_stat};

/* A name that starts with a dot is a temporary name of the program, until the copy is complete. */
static int refuse_copy(struct view *view, const char *name)
{
	const char *vpc = name[0] == '.' ? "NAME" : name;

	return refuse(view, NULL, "mkdir", name, EPERM,
		"a program that copies trees cannot make a VPC here: before the first file "
		"is copied the VPC would have the defaults of its zone, open to the "
		"Internet. Copy into a draft, then create the VPC with everything at "
		"once:\n"
		"  cp -r SOURCE .drafts/%s\n"
		"  mv -T .drafts/%s %s",
		vpc, vpc, vpc);
}

static int root_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	struct view *view = view_of(dir);
	int r;

	if (name[0] == '.' && lookup_hidden(name, ret) == 0)
		return -EEXIST;
	if (copy_guard_refuses(op))
		return refuse_copy(view, name);
	if (name[0] == '.')
		return refuse(view, NULL, "mkdir", name, EINVAL,
			"the name of a VPC cannot begin with a dot");
	r = vpc_create(view, op, name, NULL, &vpc);
	if (r < 0)
		return r;
	*ret = vpc ? vpc_entry(vpc)
		   : (struct node_entry){.ops = &pretend_ops, .kind = NODE_DIR};
	return 0;
}

static int root_publish(struct node *dir, const struct op *op, const char *name,
	const struct node_draft *draft, struct node_entry *ret)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	struct view *view = view_of(dir);
	int r;

	if (name[0] == '.')
		return refuse(view, NULL, "mv", name, EPERM,
			"the name of a VPC cannot begin with a dot");
	r = vpc_create(view, op, name, draft, &vpc);
	if (r < 0)
		return r;
	*ret = vpc ? vpc_entry(vpc) : (struct node_entry){0};
	return 0;
}

/* Finds the VPC that the name meant when the kernel looked it up, a moment ago. */
static int root_find_vpc(
	struct view *view, const struct op *op, const char *name, struct vpc **ret)
{
	struct api_problem problem = {0};
	int r;

	*ret = names_find(view->collection, name);
	if (*ret)
		return 0;
	r = fetch_name(view->collection, op, name, ret, &problem);
	return r < 0 ? read_fail(view, NULL, name, &problem) : 0;
}

static int root_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	int r;

	if (name[0] == '.')
		return refuse(view_of(dir), NULL, "rmdir", name, EPERM,
			"this directory is a part of the mount");
	r = root_find_vpc(view_of(dir), op, name, &vpc);
	return r < 0 ? r : vpc_delete(vpc, op, has_scratch);
}

/* A name that the cache has may be free by now: only an answer to a new question can say that it is
 * taken. */
static int root_check_free(struct view *view, const struct op *op, const char *name)
{
	CLEANUP_VPC struct vpc *other = names_find(view->collection, name);
	struct api_problem problem = {0};

	if (!other)
		return 0;
	if (fetch_list_now(view->collection, op, &problem) < 0)
		return read_fail(view, NULL, name, &problem);
	vpc_unref(other);
	other = names_find(view->collection, name);
	return other ? refuse(view, other, "mv", "", EEXIST,
			       "a VPC of this name exists already")
		     : 0;
}

static int rename_vpc(
	struct view *view, const struct op *op, const char *name, const char *new_name)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	char api_name[NAME_TEXT_MAX];
	int r = root_find_vpc(view, op, name, &vpc);

	if (r == 0)
		r = root_check_free(view, op, new_name);
	if (r < 0)
		return r;
	if (name_from_file(new_name, api_name, sizeof(api_name)) < 0)
		return refuse(view, vpc, "mv", "", EINVAL,
			"%s is not a valid name of a VPC", new_name);
	return commit_rename_vpc(vpc, op, api_name);
}

static int root_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name)
{
	struct view *view = view_of(dir);

	if (name[0] == '.' || new_dir != dir)
		return refuse(view, NULL, "mv", name, EPERM,
			"a VPC can be renamed in the root, but not moved anywhere else");
	return rename_vpc(view, op, name, new_name);
}

static void root_release(void *data)
{
	(void)data; /* the view outlives its root */
}

static const struct node_ops root_dir_ops = {
	.stat = root_stat,
	.lookup = root_lookup,
	.list = root_list,
	.make = root_make,
	.remove = root_remove,
	.rename = root_rename,
	.publish = root_publish,
	.release = root_release,
	.refused = view_refused,
};

struct node_entry view_root(struct view *view)
{
	return (struct node_entry){.ops = &root_dir_ops, .kind = NODE_DIR, .data = view};
}
