/* SPDX-License-Identifier: MIT */
/* What several operations ask of a node. */
#include "node_io.h"

#include <errno.h>
#include "entry.h"
#include "name.h"
#include "scratch.h"

static struct node *scratch_child(struct node *dir, const char *name)
{
	struct tree *tree = node_tree(dir);
	struct node *child = NULL;
	struct entry *e;

	tree_lock(tree);
	e = entry_find_locked(dir, name);
	if (e)
		child = node_ref_locked(e->node);
	tree_unlock(tree);
	return child;
}

int child_find(struct node *dir, const struct op *op, const char *name, struct node **ret)
{
	struct node_entry entry = {0};
	int r = name_check(name);

	if (r < 0)
		return r;
	if (dir->kind != NODE_DIR)
		return -ENOTDIR;
	*ret = scratch_child(dir, name);
	if (*ret)
		return 0;
	if (!dir->ops || !dir->ops->lookup)
		return -ENOENT;
	r = dir->ops->lookup(dir, op, name, &entry);
	if (r == -ENOENT)
		overlay_sweep(dir, op);
	return r < 0 ? r : node_intern(dir, name, &entry, ret);
}

static mode_t type_of(const struct node *node)
{
	static const mode_t types[] = {
		[NODE_DIR] = S_IFDIR, [NODE_FILE] = S_IFREG, [NODE_LINK] = S_IFLNK};

	return types[node->kind];
}

void node_stat_fill(const struct node *node, const struct node_attr *attr, struct stat *ret)
{
	const struct tree_options *o = &node_tree(node)->options;
	mode_t mode = node->kind == NODE_LINK ? 0777 : attr->mode & 07777 & ~o->umask;

	*ret = (struct stat){
		.st_ino = node->ino,
		.st_mode = type_of(node) | mode,
		.st_nlink = 1, /* of directories too: find reads 1 as "not counted" */
		.st_uid = o->uid,
		.st_gid = o->gid,
		.st_size = (off_t)attr->size,
		.st_blksize = SCRATCH_BLOCK,
		.st_blocks = (blkcnt_t)((attr->size + 511) / 512),
		.st_atim = attr->mtime,
		.st_mtim = attr->mtime,
		.st_ctim = attr->mtime,
	};
}

bool node_has_older_readers(struct node *node)
{
	bool has;

	tree_lock(node_tree(node));
	has = node->kind == NODE_FILE &&
	      ((node->sharers && !node->kept) || node->bits & BIT_FROZEN);
	tree_unlock(node_tree(node));
	return has;
}

int node_stat(
	struct node *node, const struct op *op, struct stat *ret, uint64_t *ret_until_us)
{
	struct node_attr attr = {.mode = node->kind == NODE_DIR ? 0755 : 0444};
	int r = 0;

	*ret_until_us = 0;
	if (node_is_scratch(node)) {
		tree_lock(node_tree(node));
		scratch_stat_locked(node, ret);
		tree_unlock(node_tree(node));
		return 0;
	}
	if (node->ops->stat)
		r = node->ops->stat(node, op, &attr);
	if (r < 0)
		return r;
	node_stat_fill(node, &attr, ret);
	*ret_until_us = attr.until_us && !node_has_older_readers(node) ? attr.until_us : 0;
	return 0;
}

int node_answer(struct node *node, const struct op *op, struct tree_entry *ret)
{
	struct tree_entry e = {.id = node_id(node), .scratch = node_is_scratch(node)};
	int r = node_stat(node, op, &e.attr, &e.until_us);

	if (r == 0 && node_is_left_to_readers(node, e.attr.st_size))
		r = -ESTALE;
	if (r < 0)
		return r;
	node_count_lookup(node);
	*ret = e;
	return 0;
}

void node_text_init(struct node_text *text)
{
	buf_init(&text->text, TREE_TEXT_MAX);
	text->origin = NULL;
	text->is_read = false;
	text->attr = (struct node_attr){0};
}

void node_text_release(const struct node *node, struct node_text *text)
{
	if (text->origin && node->ops->origin_free)
		node->ops->origin_free(text->origin);
	text->origin = NULL;
	buf_release(&text->text);
}

int node_show(struct node *node, const struct op *op, struct node_text *ret)
{
	struct node_text text;
	int r;

	if (!node->ops->show)
		return 0;
	node_text_init(&text);
	text.is_read = ret->is_read;
	r = node->ops->show(node, op, &text);
	if (r < 0) {
		node_text_release(node, &text);
		return r;
	}
	node_text_release(node, ret);
	*ret = text;
	return 0;
}
