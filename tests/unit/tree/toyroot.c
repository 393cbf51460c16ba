/* SPDX-License-Identifier: MIT */
/* The toy view's root: makes, moves and removes objects, and publishes drafts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "toyobject.h"

static const struct node_ops drafts_ops = {.claims = object_claims};

static int root_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct toy *toy = toy_of(dir);
	struct object **o;

	if (strcmp(name, ".ctl") == 0)
		*ret = (struct node_entry){
			.ops = &toy_ctl_dir_ops, .kind = NODE_DIR, .flags = NODE_HIDDEN};
	else if (strcmp(name, ".drafts") == 0)
		*ret = (struct node_entry){.ops = &drafts_ops,
			.kind = NODE_DIR,
			.flags = NODE_HIDDEN | NODE_SCRATCH | NODE_DRAFTS};
	else if (strcmp(name, "slow") == 0)
		*ret = (struct node_entry){.ops = &slow_ops, .kind = NODE_FILE};
	else {
		pthread_mutex_lock(&toy->lock);
		o = object_find(toy, name);
		if (o)
			*ret = entry_of(*o);
		pthread_mutex_unlock(&toy->lock);
		return o ? 0 : -ENOENT;
	}
	return 0;
}

static int root_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct toy *toy = toy_of(dir);
	struct node_entry slow = {.ops = &slow_ops, .kind = NODE_FILE};
	int r = node_listing_add(listing, "slow", &slow, NULL);

	pthread_mutex_lock(&toy->lock);
	for (int i = 0; i < OBJECT_MAX && r == 0; i++) {
		struct object *o = toy->objects[i];
		struct node_attr attr = {.mode = 0755};
		struct node_entry e;

		if (!o)
			continue;
		e = entry_of(o);
		attr.mtime = o->mtime;
		r = node_listing_add(listing, o->name, &e, &attr);
	}
	pthread_mutex_unlock(&toy->lock);
	return r;
}

static int root_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct toy *toy = toy_of(dir);
	int r = -ENOSPC;

	pthread_mutex_lock(&toy->lock);
	if (object_find(toy, name))
		r = -EEXIST;
	for (int i = 0; i < OBJECT_MAX && r == -ENOSPC; i++) {
		if (toy->objects[i])
			continue;
		toy->objects[i] = object_new(toy, name);
		*ret = entry_of(toy->objects[i]);
		r = 0;
	}
	pthread_mutex_unlock(&toy->lock);
	return r;
}

static int root_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	struct toy *toy = toy_of(dir);

	if (has_scratch)
		return -ENOTEMPTY;
	return toy_try_vanish(toy, toy->tree, name) ? 0 : -ENOENT;
}

static int note_name(void *arg, const char *path, mode_t type, uint64_t size)
{
	struct toy *toy = arg;
	char *to = toy->seen.draft_paths;
	size_t len, left;

	pthread_mutex_lock(&toy->lock);
	len = strlen(to);
	left = sizeof(toy->seen.draft_paths) - len;
	if (S_ISDIR(type))
		snprintf(to + len, left, "%s/ ", path);
	else
		snprintf(to + len, left, "%s:%d ", path, (int)size);
	pthread_mutex_unlock(&toy->lock);
	return 0;
}

static int take_field(struct object *o, int field, const struct node_draft *draft)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	int r = node_draft_read(draft, field_names[field], &text);

	if (r == 0 && strstr(buf_str(&text), "bad"))
		r = -EINVAL;
	if (r == 0) {
		free(o->text[field]);
		o->text[field] = buf_steal(&text);
	}
	buf_release(&text);
	return r == -ENOENT ? 0 : r;
}

static int root_publish(struct node *dir, const struct op *op, const char *name,
	const struct node_draft *draft, struct node_entry *ret)
{
	struct toy *toy = toy_of(dir);
	struct object **slot, *o = object_new(toy, name);
	int r;

	pthread_mutex_lock(&toy->lock);
	toy->seen.draft_paths[0] = '\0';
	pthread_mutex_unlock(&toy->lock);
	r = node_draft_walk(draft, note_name, toy);

	for (int i = 0; i < FIELDS && r == 0; i++)
		r = take_field(o, i, draft);
	pthread_mutex_lock(&toy->lock);
	for (slot = toy->objects; *slot; slot++)
		;
	if (r == 0 && object_find(toy, name))
		r = -EEXIST;
	if (r == 0 && !toy->dry_run) {
		*slot = o;
		*ret = entry_of(o);
		o = NULL;
	}
	pthread_mutex_unlock(&toy->lock);
	if (o)
		object_unref(o);
	return r;
}

static int root_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name)
{
	struct toy *toy = toy_of(dir);
	struct object **o;

	if (new_dir != dir)
		return -EPERM;
	pthread_mutex_lock(&toy->lock);
	o = object_find(toy, name);
	if (o)
		strncpy((*o)->name, new_name, sizeof((*o)->name) - 1);
	pthread_mutex_unlock(&toy->lock);
	if (o)
		tree_change_touch(toy->tree, *o);
	return o ? 0 : -ENOENT;
}

const struct node_ops root_ops = {.stat = dir_stat,
	.lookup = root_lookup,
	.list = root_list,
	.make = root_make,
	.remove = root_remove,
	.rename = root_rename,
	.publish = root_publish,
	.release = object_unref};
