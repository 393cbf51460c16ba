/* SPDX-License-Identifier: MIT */
/* The child of a node with a name, and the attributes of a node. */
#include "node_io.h"

#include <errno.h>
#include "entry.h"
#include "intern.h"
#include "scratch.h"
#include "tree/change.h"

static struct node *scratch_child(struct node *dir, const char *name)
{
	struct tree *tree = node_tree(dir);
	struct node *child = NULL;
	struct scratch_entry *e;

	tree_lock(tree);
	e = entry_find_locked(dir, name);
	if (e)
		child = node_ref_locked(e->node);
	tree_unlock(tree);
	return child;
}

int node_take(struct node *dir, const struct op *op, const char *name,
	const struct node_entry *entry, uint64_t generation, struct node **ret)
{
	struct tree *tree = node_tree(dir);
	struct node_attr attr;
	struct node *node;
	int r = node_intern(dir, name, entry, &node);

	if (r < 0)
		return r;
	if (node_data(node) && tree_generation(tree) != generation && node->ops->stat &&
		node->ops->stat(node, op, &attr) == -ENOENT) {
		tree_lock(tree);
		dir_gone_locked(node);
		node_unref_locked(node);
		tree_unlock(tree);
		return -ENOENT;
	}
	*ret = node;
	return 0;
}

int dir_answer(struct node *dir, int r)
{
	bool is_lost;

	if (r != -ENOENT)
		return r;
	tree_lock(node_tree(dir));
	is_lost = dir->bits & BIT_LOST;
	tree_unlock(node_tree(dir));
	return is_lost ? -ESTALE : r;
}

int child_find(struct node *dir, const struct op *op, const char *name, struct node **ret)
{
	uint64_t generation = tree_generation(node_tree(dir));
	struct node_entry entry = {0};
	struct op look = *op;
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
	/* A cached answer is good enough here, whatever the operation. One that needs the present
	 * state asks for it later. */
	look.is_lookup = true;
	r = dir->ops->lookup(dir, &look, name, &entry);
	return r < 0 ? r : node_take(dir, op, name, &entry, generation, ret);
}

mode_t node_type_of(enum node_kind kind)
{
	static const mode_t types[] = {
		[NODE_DIR] = S_IFDIR, [NODE_FILE] = S_IFREG, [NODE_LINK] = S_IFLNK};

	return types[kind];
}

static void stat_fill(
	const struct node *node, const struct node_attr *attr, struct stat *ret)
{
	const struct tree_options *o = &node_tree(node)->options;
	mode_t mode = node->kind == NODE_LINK ? 0777 : attr->mode & 07777 & ~o->umask;

	*ret = (struct stat){
		.st_ino = node_ino(node),
		.st_mode = node_type_of(node->kind) | mode,
		.st_nlink = 1, /* for directories, too: to find, 1 means "not counted" */
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

void node_answer_fill(
	const struct node *node, const struct node_attr *attr, struct tree_entry *ret)
{
	*ret = (struct tree_entry){.id = node_id(node),
		.expires_us = attr->expires_us,
		.name_expires_us = node->flags & NODE_FLEETING ? 0 : attr->expires_us};
	stat_fill(node, attr, &ret->attr);
}

int node_stat(struct node *node, const struct op *op, struct tree_entry *ret)
{
	struct node_attr attr = {.mode = node->kind == NODE_DIR ? 0755 : 0444};
	int r = 0;

	if (node_is_scratch(node)) {
		*ret = (struct tree_entry){.id = node_id(node), .scratch = true};
		tree_lock(node_tree(node));
		scratch_stat_locked(node, &ret->attr);
		tree_unlock(node_tree(node));
		return 0;
	}
	if (node->ops->stat)
		r = node->ops->stat(node, op, &attr);
	if (r == 0)
		node_answer_fill(node, &attr, ret);
	return r;
}

int node_answer(struct node *node, const struct op *op, struct tree_entry *ret)
{
	int r = node_stat(node, op, ret);

	if (r == 0)
		node_count_lookup(node);
	return r;
}

int node_make_unset(
	struct node *dir, const struct op *op, const char *name, struct node **ret)
{
	struct node_entry entry = {0};
	int r;

	if (!dir->ops || !dir->ops->create)
		return -ENOSYS;
	r = dir->ops->create(dir, op, name, &entry);
	return r < 0 ? r : node_intern(dir, name, &entry, ret);
}
