/* SPDX-License-Identifier: MIT */
/* The root: a directory per VPC, and three names that are hidden. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

#define ROOT_KEPT_US 3600000000

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
	ret->mtime = view->changed_at.tv_sec ? view->changed_at : view->started;
	/* It needs no answer to be true: what changes it is news. */
	ret->until_us = clock_mono_us() + ROOT_KEPT_US;
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
			.flags = NODE_HIDDEN | NODE_SCRATCH};
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
	r = answers_find(place.data, op, name, &vpc, &problem);
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

/* Whether it belongs in the listing; what was created here and is in no list yet is asked for. Errors: the API's. */
static int is_listed(struct vpc *vpc, const struct op *op, struct api_problem *problem)
{
	CLEANUP_DOC struct doc *doc = NULL;
	bool unlisted;
	int r;

	pthread_mutex_lock(&vpc->view->lock);
	unlisted = vpc->is_unlisted;
	pthread_mutex_unlock(&vpc->view->lock);
	if (!unlisted)
		return 1;
	r = answers_ask(vpc, op, &doc, problem);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

static void stamp_vpc(struct vpc *vpc, struct node_attr *ret)
{
	pthread_mutex_lock(&vpc->view->lock);
	vpc_mtime(vpc, vpc->doc, "", &ret->mtime);
	ret->until_us = news_until_us(vpc);
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
	r = answers_list(place.data, op, &problem);
	if (r < 0)
		return read_fail(place.data, NULL, "", &problem);
	r = root_names_take(place.data, &names);
	for (size_t i = 0; i < names.count && r == 0; i++) {
		struct node_attr attr = {.mode = 0755};
		struct node_entry entry;
		int listed = is_listed(names.vpcs[i], op, &problem);

		if (listed < 0)
			return read_fail(place.data, NULL, names.files[i], &problem);
		if (!listed)
			continue;
		entry = vpc_entry(names.vpcs[i]);
		stamp_vpc(names.vpcs[i], &attr);
		r = node_listing_add(listing, names.files[i], &entry, &attr);
	}
	return r;
}

static int root_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP_VPC struct vpc *vpc = NULL, *other = NULL;
	struct api_problem problem = {0};
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	if (name[0] == '.')
		return lookup_hidden(name, ret) == 0 ? -EEXIST : -EINVAL;
	r = answers_find(place.data, op, name, &other, &problem);
	if (r == 0)
		return -EEXIST;
	if (r != -ENOENT)
		return read_fail(place.data, NULL, name, &problem);
	r = lifecycle_create(place.data, op, name, &vpc);
	if (r == 0)
		*ret = vpc_entry(vpc);
	return r;
}

static int root_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	CLEANUP_VPC struct vpc *vpc = NULL;
	struct api_problem problem = {0};
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	if (name[0] == '.')
		return -EPERM;
	r = answers_find(place.data, op, name, &vpc, &problem);
	if (r < 0)
		return read_fail(place.data, NULL, name, &problem);
	return lifecycle_delete(vpc, op, has_scratch);
}

static int rename_vpc(
	struct view *view, const struct op *op, const char *name, const char *new_name)
{
	CLEANUP_VPC struct vpc *vpc = NULL, *other = NULL;
	struct api_problem problem = {0};
	char api_name[NAME_TEXT_MAX];
	int r = answers_find(view, op, name, &vpc, &problem);

	if (r < 0)
		return read_fail(view, NULL, name, &problem);
	r = answers_find(view, op, new_name, &other, &problem);
	if (r == 0)
		return -EEXIST;
	if (r != -ENOENT)
		return read_fail(view, NULL, new_name, &problem);
	if (name_from_file(new_name, api_name, sizeof(api_name)) < 0)
		return -EINVAL;
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
		return -EPERM;
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
	.release = root_release,
};
