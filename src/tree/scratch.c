/* SPDX-License-Identifier: MIT */
/* The life of a scratch node, and what it costs. */
#include "scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "entry.h"
#include "node_io.h"
#include "scratch_mark.h"

int scratch_init_tables(struct tree *tree)
{
	int r = table_init(&tree->entries, offsetof(struct entry, next), entry_hash_item);

	if (r == 0)
		r = table_init(
			&tree->overlays, offsetof(struct overlay, next), overlay_hash_item);
	return r;
}

void scratch_drop_all_locked(struct tree *tree)
{
	for (size_t i = 0; i < tree->overlays.slot_count; i++) {
		struct overlay *o;

		/* A freed overlay's directory may free others: always from the chain's start. */
		while ((o = tree->overlays.slots[i]))
			entry_remove_locked(o->first);
	}
}

int scratch_charge_locked(struct tree *tree, struct scratch *s, uint64_t bytes)
{
	if (bytes > tree->options.scratch_max - tree->scratch_used)
		return -ENOSPC;
	tree->scratch_used += bytes;
	s->charged += bytes;
	return 0;
}

void scratch_refund_locked(struct tree *tree, struct scratch *s, uint64_t bytes)
{
	tree->scratch_used -= bytes;
	s->charged -= bytes;
}

void scratch_unaccount_locked(struct tree *tree, struct scratch *s)
{
	scratch_refund_locked(tree, s, s->charged);
	tree->scratch_nodes--;
}

void scratch_free(struct scratch *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->block_count; i++)
		free(s->blocks[i].bytes);
	free(s->blocks);
	for (struct xattr *x = s->xattrs, *next; x; x = next) {
		next = x->next;
		free(x->name);
		free(x->value);
		free(x);
	}
	scratch_mark_release(&s->mark);
	free(s->target);
	free(s);
}

void scratch_touch(struct scratch *s)
{
	s->mtime = s->ctime = clock_real();
}

static struct scratch *scratch_alloc(mode_t mode, const char *target)
{
	struct scratch *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (target && !(s->target = strdup(target))) {
		free(s);
		return NULL;
	}
	s->mode = mode;
	s->size = target ? strlen(target) : 0;
	s->nlink = S_ISDIR(mode) ? 1 : 0; /* its own "."; a name adds one */
	scratch_touch(s);
	s->atime = s->mtime;
	return s;
}

static void scratch_set_owner(
	struct scratch *s, const struct op *op, const struct node *dir)
{
	s->uid = op->uid;
	s->gid = op->gid;
	if (dir && node_is_scratch(dir) && dir->scratch->mode & S_ISGID) {
		s->gid = dir->scratch->gid;
		if (S_ISDIR(s->mode))
			s->mode |= S_ISGID;
	}
}

int scratch_new_locked(const struct op *op, struct node *dir, mode_t mode,
	const char *target, struct node **ret)
{
	struct tree *tree = node_tree(dir);
	struct scratch *s = scratch_alloc(mode, target);
	int r;

	if (!s)
		return -ENOMEM;
	scratch_set_owner(s, op, dir);
	r = scratch_charge_locked(tree, s, SCRATCH_NODE_COST + s->size);
	if (r == 0) {
		r = node_new_scratch_locked(tree, s, S_ISDIR(mode), ret);
		if (r < 0)
			scratch_refund_locked(tree, s, s->charged);
	}
	if (r < 0)
		scratch_free(s);
	else
		tree->scratch_nodes++;
	return r;
}

int scratch_dir_check_locked(const struct node *dir)
{
	if (dir->kind != NODE_DIR)
		return -ENOTDIR;
	if (dir->bits & BIT_GONE)
		return -ENOENT;
	return dir->flags & NODE_SCRATCH ? 0 : -EPERM;
}

static int make_locked(const struct op *op, struct node *dir, const char *name, mode_t mode,
	const char *target, struct node **ret)
{
	struct node *node;
	int r = scratch_dir_check_locked(dir);

	if (r == 0 && entry_find_locked(dir, name))
		r = -EEXIST;
	if (r == 0)
		r = scratch_new_locked(op, dir, mode, target, &node);
	if (r < 0)
		return r;
	r = S_ISDIR(mode) ? node_move_locked(node, dir, name) : 0;
	if (r == 0)
		r = entry_add_locked(dir, name, node);
	if (r < 0) {
		node_unref_locked(node);
		return r;
	}
	*ret = node;
	return 0;
}

int scratch_make(struct node *dir, const struct op *op, const char *name, mode_t mode,
	const char *target, struct node **ret)
{
	int r;

	tree_lock(node_tree(dir));
	r = make_locked(op, dir, name, mode, target, ret);
	tree_unlock(node_tree(dir));
	return r == -EPERM ? node_refused(dir, "create", name, r) : r;
}

int tree_scratch_charge(struct tree *tree, uint64_t bytes)
{
	int r = -ENOSPC;

	tree_lock(tree);
	if (bytes <= tree->options.scratch_max - tree->scratch_used) {
		tree->scratch_used += bytes;
		r = 0;
	}
	tree_unlock(tree);
	return r;
}

void tree_scratch_refund(struct tree *tree, uint64_t bytes)
{
	tree_lock(tree);
	tree->scratch_used -= bytes;
	tree_unlock(tree);
}

void scratch_stat_locked(const struct node *node, struct stat *ret)
{
	const struct scratch *s = node->scratch;
	uint64_t allocated = 0;

	for (size_t i = 0; i < s->block_count; i++)
		allocated += s->blocks[i].cap;
	*ret = (struct stat){
		.st_ino = node->ino,
		.st_mode = s->mode,
		.st_nlink = s->nlink,
		.st_uid = s->uid,
		.st_gid = s->gid,
		.st_size = (off_t)s->size,
		.st_blksize = SCRATCH_BLOCK,
		.st_blocks = (blkcnt_t)((allocated + 511) / 512),
		.st_atim = s->atime,
		.st_mtim = s->mtime,
		.st_ctim = s->ctime,
	};
}
