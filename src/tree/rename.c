/* SPDX-License-Identifier: MIT */
/* What a rename means, by what is at both ends:
 *   scratch to a free or scratch name      moves it, as on tmpfs
 *   scratch file onto a field              writes the field; the scratch name goes when that worked
 *   field to a free or scratch name        a snapshot of the field under that name; the field stays
 *   directory of the view                  the view's own rename
 * Everything else is refused. */
#include <errno.h>
#include <stdio.h>
#include "entry.h"
#include "field.h"
#include "name.h"
#include "node_io.h"
#include "scratch.h"

struct move {
	struct node *dir, *new_dir; /* pinned */
	const char *name, *new_name;
	struct node *node;   /* pinned */
	struct node *target; /* pinned, or NULL */
	bool noreplace;
};

/* Within one object only: what is scratch in one VPC is not another's. */
static bool crosses_objects(const struct move *m)
{
	struct tree *tree = node_tree(m->dir);
	bool crosses;

	tree_lock(tree);
	crosses = node_anchor_locked(m->dir) != node_anchor_locked(m->new_dir);
	tree_unlock(tree);
	return crosses;
}

/* What rename(2) asks of a scratch target. */
static int check_target_locked(const struct node *node, const struct node *target)
{
	bool dir = node->kind == NODE_DIR;

	if (!target)
		return 0;
	if (target->kind == NODE_DIR && !dir)
		return -EISDIR;
	if (target->kind != NODE_DIR && dir)
		return -ENOTDIR;
	return dir && overlay_has_visible_locked(target) ? -ENOTEMPTY : 0;
}

static int move_scratch_locked(const struct move *m)
{
	struct entry *from = entry_find_locked(m->dir, m->name);
	struct entry *to = entry_find_locked(m->new_dir, m->new_name);
	int r = scratch_dir_check_locked(m->new_dir);

	if (!from || from->node != m->node)
		return -ENOENT;
	if (to && m->noreplace)
		return -EEXIST;
	if (r == 0)
		r = check_target_locked(m->node, to ? to->node : NULL);
	if (r < 0 || from == to || (to && to->node == from->node))
		return r;
	if (m->node->kind == NODE_DIR && node_is_below_locked(m->new_dir, m->node))
		return -EINVAL;
	if (to && to->node->kind == NODE_DIR)
		overlay_purge_locked(to->node);
	if (to)
		entry_remove_locked(to);
	return entry_move_locked(from, m->new_dir, m->new_name);
}

static int move_scratch(const struct move *m)
{
	struct tree *tree = node_tree(m->dir);
	int r;

	if (crosses_objects(m))
		return -EXDEV;
	tree_lock(tree);
	r = move_scratch_locked(m);
	tree_unlock(tree);
	return r;
}

/* The scratch name has done its work. Handles that are still open on it keep their bytes; their flush is nothing. */
static void drop_name(const struct move *m)
{
	struct entry *e;

	tree_lock(node_tree(m->dir));
	e = entry_find_locked(m->dir, m->name);
	if (e && e->node == m->node)
		entry_remove_locked(e);
	tree_unlock(node_tree(m->dir));
}

/* mv says "cannot move to a subdirectory of itself" for EINVAL; the kernel repeats a rename on ESTALE. */
static int rename_error(int r)
{
	if (r == -EINVAL)
		return -EIO;
	return r == -ESTALE ? -EBUSY : r;
}

/* The origin leaves the scratch while the store has it, so that two renames never share one. */
static void give_origin_back(const struct move *m, void *origin)
{
	struct scratch *s = m->node->scratch;

	tree_lock(node_tree(m->dir));
	if (!s->origin) {
		s->origin = STEAL(origin);
		s->origin_free = m->target->ops->origin_free;
	}
	tree_unlock(node_tree(m->dir));
	if (origin && m->target->ops->origin_free)
		m->target->ops->origin_free(origin);
}

static int store_scratch(const struct move *m, const struct op *op)
{
	struct tree *tree = node_tree(m->dir);
	CLEANUP_BUF struct buf text = BUF_INIT(TREE_TEXT_MAX);
	void *origin;
	int r;

	if (!S_ISREG(m->node->scratch->mode))
		return -EPERM;
	if (crosses_objects(m))
		return -EXDEV;
	tree_lock(tree);
	r = scratch_read_locked(m->node->scratch, 0, SIZE_MAX, &text);
	origin = r < 0 ? NULL : STEAL(m->node->scratch->origin);
	tree_unlock(tree);
	if (r < 0)
		return r;
	r = field_store(m->target, op, STORE_RENAME, buf_str(&text), text.len, &origin);
	if (origin)
		give_origin_back(m, origin);
	if (r == 0)
		drop_name(m);
	return rename_error(r);
}

static int onto_view(const struct move *m, const struct op *op)
{
	if (m->noreplace)
		return -EEXIST;
	if (m->target->kind == NODE_DIR)
		return m->node->kind == NODE_DIR ? -ENOTEMPTY : -EISDIR;
	if (m->node->kind == NODE_DIR || m->target->kind != NODE_FILE)
		return -EPERM;
	return store_scratch(m, op);
}

static int put_snapshot_locked(const struct move *m, const struct op *op,
	const struct stat *attr, struct node_text *shown)
{
	struct tree *tree = node_tree(m->dir);
	struct entry *old = entry_find_locked(m->new_dir, m->new_name);
	struct node *copy;
	int r = scratch_dir_check_locked(m->new_dir);

	if (r == 0 && old && m->noreplace)
		r = -EEXIST;
	if (r == 0 && old && old->node->kind == NODE_DIR)
		r = -EISDIR;
	if (r == 0)
		r = scratch_new_locked(op, m->new_dir, attr->st_mode, NULL, &copy);
	if (r < 0)
		return r;
	r = scratch_write_locked(
		tree, copy->scratch, 0, buf_str(&shown->text), shown->text.len);
	if (r == 0) {
		copy->scratch->mtime = attr->st_mtim;
		copy->scratch->origin = STEAL(shown->origin);
		copy->scratch->origin_free = m->node->ops->origin_free;
		if (old)
			entry_remove_locked(old);
		r = entry_add_locked(m->new_dir, m->new_name, copy);
	}
	node_unref_locked(copy);
	return r;
}

static int snapshot(const struct move *m, const struct op *op)
{
	struct tree *tree = node_tree(m->dir);
	struct node_text shown;
	struct stat attr;
	uint64_t until_us;
	int r;

	if (crosses_objects(m))
		return -EXDEV;
	node_text_init(&shown);
	r = node_stat(m->node, op, &attr, &until_us);
	if (r == 0)
		r = node_show(m->node, op, &shown);
	if (r == 0) {
		tree_lock(tree);
		r = put_snapshot_locked(m, op, &attr, &shown);
		tree_unlock(tree);
	}
	node_text_release(m->node, &shown);
	return r;
}

/* The kernel moves the field's own name; but there the copy is, and the field has its name still. */
static void tell_moved(const struct move *m)
{
	const struct tree_notifier *n = node_tree(m->dir)->notifier;

	if (n)
		n->name(n->arg, node_id(m->new_dir), m->new_name);
}

static int move_file(const struct move *m, const struct op *op)
{
	int r;

	if (m->node->kind != NODE_FILE)
		return -EPERM;
	if (!m->target || node_is_scratch(m->target)) {
		r = snapshot(m, op);
		if (r == 0)
			tell_moved(m);
		return r;
	}
	if (m->noreplace)
		return -EEXIST;
	return m->target->kind == NODE_DIR ? -EISDIR : -EPERM;
}

/* A directory of the view has its new place, and the kernel goes on with the node that it keeps there; what became of a draft may
 * be another object. */
static void dir_was_moved(const struct move *m, const struct op *op)
{
	struct tree *tree = node_tree(m->dir);
	struct node_attr attr;
	bool gone;

	tree_lock(tree);
	gone = node_move_locked(m->node, m->new_dir, m->new_name) < 0;
	tree_unlock(tree);
	gone = gone ||
	       (m->node->ops->stat && m->node->ops->stat(m->node, op, &attr) == -ENOENT);
	tree_lock(tree);
	if (gone) {
		overlay_purge_locked(m->node);
		node_orphan_locked(m->node);
		m->node->bits |= BIT_GONE;
	}
	tree_unlock(tree);
}

static int move_dir(const struct move *m, const struct op *op)
{
	bool inside;
	int r;

	if (m->target && m->noreplace)
		return -EEXIST;
	if (m->target)
		return m->target->kind == NODE_DIR ? -EEXIST : -ENOTDIR;
	tree_lock(node_tree(m->dir));
	inside = node_is_below_locked(m->new_dir, m->node);
	tree_unlock(node_tree(m->dir));
	if (inside)
		return -EINVAL;
	if (!m->dir->ops || !m->dir->ops->rename || !m->new_dir->ops)
		return -EPERM;
	r = m->dir->ops->rename(m->dir, op, m->name, m->new_dir, m->new_name, m->noreplace);
	if (r == 0)
		dir_was_moved(m, op);
	return rename_error(r);
}

static int move_any(const struct move *m, const struct op *op)
{
	if (m->target == m->node)
		return m->noreplace ? -EEXIST : 0;
	if (!node_is_scratch(m->node))
		return m->node->kind == NODE_DIR ? move_dir(m, op) : move_file(m, op);
	if (m->target && !node_is_scratch(m->target))
		return onto_view(m, op);
	return move_scratch(m);
}

int tree_rename(struct tree *tree, const struct op *op, uint64_t dir_id, const char *name,
	uint64_t new_dir_id, const char *new_name, unsigned flags)
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);
	CLEANUP_NODE struct node *new_dir = node_get(tree, new_dir_id);
	CLEANUP_NODE struct node *node = NULL;
	CLEANUP_NODE struct node *target = NULL;
	int r;

	if (flags & ~(unsigned)RENAME_NOREPLACE)
		return -EINVAL;
	if (!dir || !new_dir)
		return -ESTALE;
	r = child_find(dir, op, name, &node);
	if (r < 0)
		return r;
	r = child_find(new_dir, op, new_name, &target);
	if (r < 0 && r != -ENOENT)
		return r;
	return move_any(&(struct move){.dir = dir,
				.new_dir = new_dir,
				.name = name,
				.new_name = new_name,
				.node = node,
				.target = target,
				.noreplace = flags & RENAME_NOREPLACE},
		op);
}
