/* SPDX-License-Identifier: MIT */
/* The root: a directory per VPC, and three names that are hidden. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "copy_guard.h"

/* The newest time of what is known, so that it is the same after a remount. */
static struct timespec newest_time(struct view *view)
{
	struct timespec newest = {0}, at;

	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		const struct vpc *vpc = p.value;

		if (!vpc->is_gone && vpc->doc && doc_mtime(vpc->doc, "", &at) &&
			clock_is_later(at, newest))
			newest = at;
	}
	return newest;
}

/* The kernel asks for the root on the way to every file. It may keep it as long as any answer is
 * used: whatever an answer changes tells the root, too (tree/change.h). */
static int root_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct node_place place;
	struct view *view;
	int r = node_locate(node, &place);

	if (r < 0)
		return r;
	view = place.data;
	*ret = (struct node_attr){.mode = 0755};
	pthread_mutex_lock(&view->lock);
	ret->mtime = newest_time(view);
	ret->until_us = cache_root_until_us(view);
	pthread_mutex_unlock(&view->lock);
	return 0;
}

static struct node_entry vpc_entry(struct vpc *vpc)
{
	return (struct node_entry){.ops = &vpc_dir_ops,
		.kind = NODE_DIR,
		.flags = NODE_SCRATCH,
		.data = vpc_ref(vpc),
		.key = key_of_id(vpc->id)};
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
		return -ENOENT; /* names of VPCs never start with a dot: it is escaped */
	return 0;
}

static int root_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	struct api_problem problem = {0};
	struct node_place place;
	int r;

	if (name[0] == '.')
		return lookup_hidden(name, ret);
	r = node_locate(dir, &place);
	if (r < 0)
		return r;
	r = cache_find(place.data, op, name, &vpc, &problem);
	if (r < 0)
		return read_fail(place.data, NULL, name, &problem);
	*ret = vpc_entry(vpc);
	return 0;
}

/* A snapshot of the names, so that nothing is called with the lock held. */
struct root_names {
	struct vpc **vpcs; /* owned, with a reference each */
	char **files;	   /* owned, and so is each */
	size_t count;
};

static void root_names_release(struct root_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		vpc_unref(names->vpcs[i]);
		free(names->files[i]);
	}
	free(names->vpcs);
	free(names->files);
}

static int root_names_take(struct view *view, struct root_names *ret)
{
	int r = 0;

	pthread_mutex_lock(&view->lock);
	ret->vpcs = calloc(view->by_file.count + 1, sizeof(*ret->vpcs));
	ret->files = calloc(view->by_file.count + 1, sizeof(*ret->files));
	if (!ret->vpcs || !ret->files)
		r = -ENOMEM;
	for (struct map_pos p = {0}; r == 0 && map_next(&view->by_file, &p); ret->count++) {
		ret->vpcs[ret->count] = vpc_ref(p.value);
		ret->files[ret->count] = strdup(ret->vpcs[ret->count]->file);
		if (!ret->files[ret->count])
			r = -ENOMEM;
	}
	pthread_mutex_unlock(&view->lock);
	return r;
}

static void stamp_vpc(struct vpc *vpc, struct node_attr *ret)
{
	pthread_mutex_lock(&vpc->view->lock);
	vpc_mtime(vpc, vpc->doc, "", &ret->mtime);
	ret->until_us = cache_until_us(vpc);
	pthread_mutex_unlock(&vpc->view->lock);
}

static int root_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	CLEANUP(root_names_release) struct root_names names = {0};
	struct api_problem problem = {0};
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	r = cache_list(place.data, op, &problem);
	if (r == 0)
		r = cache_settle(place.data, op, &problem);
	if (r < 0)
		return read_fail(place.data, NULL, "", &problem);
	r = root_names_take(place.data, &names);
	for (size_t i = 0; i < names.count && r == 0; i++) {
		struct node_attr attr = {.mode = 0755};
		struct node_entry entry = vpc_entry(names.vpcs[i]);

		stamp_vpc(names.vpcs[i], &attr);
		r = node_listing_add(listing, names.files[i], &entry, &attr);
	}
	return r;
}

/* What mkdir and mv return in a dry run: a directory that the next look-up does not find. */
static int pretend_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	*ret = (struct node_attr){.mode = 0755};
	return 0;
}

static const struct node_ops pretend_ops = {.stat = pretend_stat};

/* A name with a dot in front is the program's own, until the copy is complete. */
static int refuse_copy(struct view *view, const char *name)
{
	const char *vpc = name[0] == '.' ? "NAME" : name;

	return refuse(view, NULL, "mkdir", name, EPERM,
		"a program that copies trees makes no VPC here: it would have the defaults "
		"of its "
		"zone, open to the Internet, before the first file is copied. Copy into a "
		"draft, "
		"then create the VPC with everything at once:\n"
		"  cp -r SOURCE .drafts/%s\n"
		"  mv -T .drafts/%s %s",
		vpc, vpc, vpc);
}

static int root_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	if (name[0] == '.' && lookup_hidden(name, ret) == 0)
		return -EEXIST;
	if (copy_guard_refuses(op))
		return refuse_copy(place.data, name);
	if (name[0] == '.')
		return refuse(place.data, NULL, "mkdir", name, EINVAL,
			"no name of a VPC begins with a dot");
	r = vpc_create(place.data, op, name, &vpc);
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
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	if (name[0] == '.')
		return refuse(place.data, NULL, "mv", name, EPERM,
			"no name of a VPC begins with a dot");
	r = vpc_publish(place.data, op, name, draft, &vpc);
	if (r < 0)
		return r;
	*ret = vpc ? vpc_entry(vpc) : (struct node_entry){0};
	return 0;
}

/* The VPC that a name meant when the kernel looked it up, a moment ago. */
static int find_vpc(
	struct view *view, const struct op *op, const char *name, struct vpc **ret)
{
	struct api_problem problem = {0};
	int r;

	*ret = cache_find_known(view, name);
	if (*ret)
		return 0;
	r = cache_find(view, op, name, ret, &problem);
	return r < 0 ? read_fail(view, NULL, name, &problem) : 0;
}

static int root_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	if (name[0] == '.')
		return -EPERM;
	r = find_vpc(place.data, op, name, &vpc);
	return r < 0 ? r : vpc_delete(vpc, op, has_scratch);
}

/* A name that the cache has may be free by now: only a list from now on can say that it is not. */
static int check_free(struct view *view, const struct op *op, const char *name)
{
	CLEANUP_VPC struct vpc *other = cache_find_known(view, name);
	struct api_problem problem = {0};

	if (!other)
		return 0;
	if (cache_ask_list(view, op, &problem) < 0)
		return read_fail(view, NULL, name, &problem);
	vpc_unref(other);
	other = cache_find_known(view, name);
	return other ? refuse(view, other, "mv", "", EEXIST, "there is a VPC of this name")
		     : 0;
}

static int rename_vpc(
	struct view *view, const struct op *op, const char *name, const char *new_name)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	char api_name[NAME_TEXT_MAX];
	int r = find_vpc(view, op, name, &vpc);

	if (r == 0)
		r = check_free(view, op, new_name);
	if (r < 0)
		return r;
	if (name_from_file(new_name, api_name, sizeof(api_name)) < 0)
		return refuse(
			view, vpc, "mv", "", EINVAL, "%s is no name of a VPC", new_name);
	return commit_rename_vpc(vpc, op, api_name);
}

static int root_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name, bool noreplace)
{
	struct node_place place, new_place;
	int r = node_locate(dir, &place);

	if (r == 0)
		r = node_locate(new_dir, &new_place);
	if (r < 0)
		return r;
	if (name[0] == '.' || new_place.data != place.data || new_place.path[0])
		return refuse(place.data, NULL, "mv", name, EPERM,
			"a VPC can have another name in the root, and be moved nowhere "
			"else");
	return rename_vpc(place.data, op, name, new_name);
}

static void root_release(void *data)
{
	(void)data; /* the view outlives its root */
}

const struct node_ops root_dir_ops = {
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

/* `.drafts`: plain directories, which the tree keeps as scratch. */
static int drafts_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct node_place place;
	struct view *view;
	int r = node_locate(node, &place);

	if (r < 0)
		return r;
	view = place.data;
	*ret = (struct node_attr){.mode = 0755, .mtime = view->started};
	return 0;
}

const struct node_ops drafts_dir_ops = {
	.stat = drafts_stat,
	.refused = view_refused,
};
