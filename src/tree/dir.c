/* SPDX-License-Identifier: MIT */
/* Makes and removes names. The view comes first; a name that it does not have may be scratch. */
#include <errno.h>
#include <string.h>
#include "entry.h"
#include "intern.h"
#include "node_io.h"
#include "scratch.h"
#include "tree/change.h"

#define SYMLINK_MAX 4095 /* bytes, as PATH_MAX allows */

int tree_lookup(struct tree *tree, const struct op *op, uint64_t dir_id, const char *name,
	struct tree_entry *ret)
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);
	CLEANUP_NODE struct node *child = NULL;
	int r = dir ? child_find(dir, op, name, &child) : -ESTALE;

	if (r == 0)
		r = node_answer(child, op, ret);
	return dir ? dir_answer(dir, r) : r;
}

/* 0 if the name is free. Errors: -EEXIST, those of child_find. */
static int check_name_is_free(struct node *dir, const struct op *op, const char *name)
{
	CLEANUP_NODE struct node *child = NULL;
	int r = child_find(dir, op, name, &child);

	if (r == 0)
		return -EEXIST;
	return r == -ENOENT ? 0 : r;
}

/* Makes a scratch node under a free name. */
static int make_scratch(struct node *dir, const struct op *op, const char *name,
	mode_t mode, const char *target, struct tree_entry *ret)
{
	CLEANUP_NODE struct node *node = NULL;
	int r = check_name_is_free(dir, op, name);

	if (r < 0)
		return r;
	r = scratch_make(dir, op, name, mode, target, &node);
	return r < 0 ? r : node_answer(node, op, ret);
}

/* mkdir of a name that is the view's. Returns -ENOSYS if it is not. */
static int make_in_view(
	struct node *dir, const struct op *op, const char *name, struct tree_entry *ret)
{
	uint64_t generation = tree_generation(node_tree(dir));
	CLEANUP_NODE struct node *node = NULL;
	struct node_entry entry = {0};
	int r;

	if (!dir->ops || !dir->ops->make)
		return -ENOSYS;
	r = dir->ops->make(dir, op, name, &entry);
	if (r == 0)
		r = node_take(dir, op, name, &entry, generation, &node);
	return r < 0 ? r : node_answer(node, op, ret);
}

int tree_mkdir(struct tree *tree, const struct op *op, uint64_t dir_id, const char *name,
	mode_t mode, struct tree_entry *ret)
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);
	int r = dir ? name_check(name) : -ESTALE;
	bool taken;

	if (r < 0)
		return r;
	tree_lock(tree);
	taken = entry_find_locked(dir, name) != NULL;
	tree_unlock(tree);
	if (taken)
		return -EEXIST;
	r = make_in_view(dir, op, name, ret);
	if (r != -ENOSYS)
		return r;
	return make_scratch(dir, op, name, S_IFDIR | (mode & 07777), NULL, ret);
}

int tree_mknod(struct tree *tree, const struct op *op, uint64_t dir_id, const char *name,
	mode_t mode, struct tree_entry *ret)
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);

	if (!(mode & S_IFMT))
		mode |= S_IFREG;
	if (!S_ISREG(mode) && !S_ISFIFO(mode) && !S_ISSOCK(mode))
		return -EPERM;
	return dir ? make_scratch(dir, op, name, mode, NULL, ret) : -ESTALE;
}

int tree_symlink(struct tree *tree, const struct op *op, uint64_t dir_id, const char *name,
	const char *target, struct tree_entry *ret)
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);

	if (strlen(target) > SYMLINK_MAX)
		return -ENAMETOOLONG;
	return dir ? make_scratch(dir, op, name, S_IFLNK | 0777, target, ret) : -ESTALE;
}

static int link_locked(struct node *node, struct node *dir, const char *name)
{
	int r = scratch_dir_check_locked(dir);

	if (r == 0 && node->scratch->nlink == 0)
		r = -ENOENT;
	/* When a copy is renamed onto a field, its id stands for the field, so the copy may have no
	 * other name. */
	if (r == 0 && node->scratch->is_copy)
		r = -EMLINK;
	if (r == 0 && entry_find_locked(dir, name))
		r = -EEXIST;
	return r < 0 ? r : entry_add_locked(dir, name, node);
}

int tree_link(struct tree *tree, const struct op *op, uint64_t id, uint64_t dir_id,
	const char *name, struct tree_entry *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);
	int r;

	if (!node || !dir)
		return -ESTALE;
	if (!node_is_scratch(node) || node->kind == NODE_DIR)
		return -EPERM;
	r = check_name_is_free(dir, op, name);
	if (r < 0)
		return r;
	tree_lock(tree);
	r = link_locked(node, dir, name);
	tree_unlock(tree);
	return r < 0 ? r : node_answer(node, op, ret);
}

static int unlink_locked(struct node *dir, const char *name)
{
	struct scratch_entry *e = entry_find_locked(dir, name);

	if (!e)
		return -ENOENT;
	if (e->node->kind == NODE_DIR)
		return -EISDIR;
	entry_remove_locked(e);
	return 0;
}

static int unlink_from_view(
	struct node *dir, struct node *child, const struct op *op, const char *name)
{
	int r;

	if (child->kind == NODE_DIR)
		return -EISDIR;
	if (!dir->ops || !dir->ops->unlink)
		return node_refused(dir, "unlink", name, -EPERM);
	r = dir->ops->unlink(dir, op, name);
	if (r < 0)
		return r;
	tree_lock(node_tree(dir));
	node_orphan_locked(child);
	tree_unlock(node_tree(dir));
	return 0;
}

static int rmdir_locked(struct node *dir, const char *name)
{
	struct scratch_entry *e = entry_find_locked(dir, name);

	if (!e)
		return -ENOENT;
	if (e->node->kind != NODE_DIR)
		return -ENOTDIR;
	if (overlay_has_visible_locked(e->node))
		return -ENOTEMPTY;
	overlay_purge_locked(e->node); /* hidden files that editors left behind */
	entry_remove_locked(e);
	return 0;
}

static int remove_from_view(
	struct node *dir, struct node *child, const struct op *op, const char *name)
{
	struct tree *tree = node_tree(dir);
	bool has_scratch;
	int r;

	if (child->kind != NODE_DIR)
		return -ENOTDIR;
	if (!dir->ops || !dir->ops->remove)
		return node_refused(dir, "rmdir", name, -EPERM);
	tree_lock(tree);
	has_scratch = overlay_has_visible_locked(child);
	tree_unlock(tree);
	r = dir->ops->remove(dir, op, name, has_scratch);
	if (r < 0)
		return r;
	tree_lock(tree);
	dir_gone_locked(child);
	child->bits &= (uint8_t)~BIT_LOST; /* the kernel removes the name itself */
	tree_unlock(tree);
	return 0;
}

/* Removes the name by the rules of unlink or of rmdir, as the two functions have them. */
static int remove_name(struct tree *tree, const struct op *op, uint64_t dir_id,
	const char *name,
	int (*from_view)(struct node *, struct node *, const struct op *, const char *),
	int (*scratch_locked)(struct node *, const char *))
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);
	CLEANUP_NODE struct node *child = NULL;
	int r = dir ? child_find(dir, op, name, &child) : -ESTALE;

	if (r < 0)
		return r;
	if (!node_is_scratch(child))
		return from_view(dir, child, op, name);
	tree_lock(tree);
	r = scratch_locked(dir, name);
	tree_unlock(tree);
	return r;
}

int tree_unlink(struct tree *tree, const struct op *op, uint64_t dir, const char *name)
{
	return remove_name(tree, op, dir, name, unlink_from_view, unlink_locked);
}

int tree_rmdir(struct tree *tree, const struct op *op, uint64_t dir, const char *name)
{
	return remove_name(tree, op, dir, name, remove_from_view, rmdir_locked);
}
