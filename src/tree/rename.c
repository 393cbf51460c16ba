/* SPDX-License-Identifier: MIT */
/* What a rename does depends on the nodes at both ends:
 *   scratch to a free or scratch name      moves it, as on tmpfs
 *   scratch file onto a field              stores it in the field, then removes the scratch name
 *   field to a free or scratch name        makes a copy with that name; the field stays
 *   directory of the view                  calls the view's rename
 *   draft to another directory             makes it an object (draft.c)
 * Everything else is refused. */
#include "move.h"

#include <errno.h>
#include <stdio.h>
#include "entry.h"
#include "intern.h"
#include "node_io.h"
#include "node_text.h"
#include "scratch.h"

/* The rules of rename(2) for a scratch target. */
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
	struct scratch_entry *from = entry_find_locked(m->dir, m->name);
	struct scratch_entry *to = entry_find_locked(m->new_dir, m->new_name);
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

static int move_refused(const struct move *m, int errnum)
{
	return node_refused(m->new_dir, "mv", m->new_name, -errnum);
}

/* Whether the view has its own meaning for a directory of the new name, such as an entry of a list:
 * a scratch directory in its place would look like one. */
static bool is_claimed(const struct move *m)
{
	struct node_place place;
	char path[NODE_PATH_MAX];
	int len;

	if (m->node->kind != NODE_DIR || node_is_scratch(m->new_dir) ||
		!m->new_dir->ops->claims || node_locate(m->new_dir, &place) < 0)
		return false;
	len = snprintf(path, sizeof(path), "%s%s%s", place.path, place.path[0] ? "/" : "",
		m->new_name);
	return (size_t)len < sizeof(path) && m->new_dir->ops->claims(path, true);
}

static int move_scratch(const struct move *m)
{
	struct tree *tree = node_tree(m->dir);
	int r;

	if (!node_shares_object(m->dir, m->new_dir))
		return -EXDEV;
	if (is_claimed(m))
		return move_refused(m, EPERM);
	tree_lock(tree);
	r = move_scratch_locked(m);
	tree_unlock(tree);
	return r;
}

/* Removes the scratch name after its text was stored. The kernel moves the inode to the name of the
 * field, so the id stands for the field from now on. Handles that are still open on the scratch
 * file keep its bytes; their flush does nothing. */
static void drop_name(const struct move *m)
{
	struct scratch_entry *e;

	tree_lock(node_tree(m->dir));
	e = entry_find_locked(m->dir, m->name);
	if (e && e->node == m->node) {
		entry_remove_locked(e);
		if (m->node->scratch->nlink == 0 && !(m->node->bits & BIT_MOVED))
			node_become_locked(m->node, node_now_locked(m->target));
	}
	tree_unlock(node_tree(m->dir));
}

/* For EINVAL mv reports "cannot move to a subdirectory of itself". On ESTALE the kernel repeats the
 * rename. */
static int rename_error(int r)
{
	if (r == -EINVAL)
		return -EIO;
	return r == -ESTALE ? -EBUSY : r;
}

/* Returns the base to the scratch file whose rename failed, unless the file has been emptied, or
 * another writer has given it a base meanwhile. */
static void give_base_back(const struct move *m, void *base)
{
	struct scratch_mark *mark = &m->node->scratch->mark;

	tree_lock(node_tree(m->dir));
	if (base && !mark->base && m->node->scratch->size) {
		mark->base = STEAL(base);
		mark->base_free = m->target->ops->base_free;
	}
	tree_unlock(node_tree(m->dir));
	node_base_drop(m->target->ops, base);
}

/* Takes the base out of the scratch file while the store has it, so that two renames never share
 * one. A base of another kind of file is not used. */
static int store_scratch(const struct move *m, const struct op *op)
{
	struct tree *tree = node_tree(m->dir);
	CLEANUP_BUF struct buf text = BUF_INIT(TREE_TEXT_MAX);
	struct node_store store = {.why = STORE_RENAME};
	struct scratch *s = m->node->scratch;
	int r;

	if (!node_shares_object(m->dir, m->new_dir))
		return -EXDEV;
	caller_of(op->pid, &store.mover);
	tree_lock(tree);
	r = scratch_read_locked(s, 0, SIZE_MAX, &text);
	store.writer = s->mark.writer;
	if (r == 0 && s->mark.base_free == m->target->ops->base_free)
		store.base = STEAL(s->mark.base);
	tree_unlock(tree);
	store.text = buf_str(&text);
	store.len = text.len;
	if (r == -EFBIG)
		move_refused(m, EFBIG);
	if (r == 0)
		r = node_store(m->target, op, &store);
	if (r == 0)
		drop_name(m);
	if (r == 0)
		node_base_drop(m->target->ops, store.base);
	else
		give_base_back(m, store.base);
	return rename_error(r);
}

static int onto_view(const struct move *m, const struct op *op)
{
	if (m->noreplace && !m->is_unset)
		return -EEXIST;
	if (m->target->kind == NODE_DIR)
		return move_refused(m, m->node->kind == NODE_DIR ? ENOTEMPTY : EISDIR);
	if (m->node->kind == NODE_DIR || m->target->kind != NODE_FILE ||
		!S_ISREG(m->node->scratch->mode))
		return move_refused(m, EPERM);
	return store_scratch(m, op);
}

static int move_file(const struct move *m, const struct op *op)
{
	if (m->node->kind != NODE_FILE)
		return move_refused(m, EPERM);
	if (!m->target || node_is_scratch(m->target))
		return move_snapshot(m, op);
	if (m->noreplace)
		return -EEXIST;
	return move_refused(m, m->target->kind == NODE_DIR ? EISDIR : EPERM);
}

static bool is_in_drafts(struct node *dir)
{
	struct tree *tree = node_tree(dir);
	bool is_in;

	tree_lock(tree);
	dir = node_view_dir_locked(dir);
	is_in = dir && dir->flags & NODE_DRAFTS;
	tree_unlock(tree);
	return is_in;
}

/* Moves the node, since the kernel moves its inode to the new name. */
static void dir_was_moved(const struct move *m)
{
	struct tree *tree = node_tree(m->dir);

	tree_lock(tree);
	if (node_move_locked(m->node, m->new_dir, m->new_name) < 0)
		dir_gone_locked(m->node);
	tree_unlock(tree);
}

static int move_dir(const struct move *m, const struct op *op)
{
	bool inside;
	int r;

	if (is_in_drafts(m->new_dir))
		return move_refused(m, EPERM);
	if (m->target && m->noreplace)
		return -EEXIST;
	if (m->target)
		return move_refused(m, m->target->kind == NODE_DIR ? EEXIST : ENOTDIR);
	tree_lock(node_tree(m->dir));
	inside = node_is_below_locked(m->new_dir, m->node);
	tree_unlock(node_tree(m->dir));
	if (inside)
		return -EINVAL;
	if (!m->dir->ops || !m->dir->ops->rename || !m->new_dir->ops)
		return move_refused(m, EPERM);
	r = m->dir->ops->rename(m->dir, op, m->name, m->new_dir, m->new_name);
	if (r == 0)
		dir_was_moved(m);
	return rename_error(r);
}

static int move_any(const struct move *m, const struct op *op)
{
	if (m->target == m->node)
		return m->noreplace ? -EEXIST : 0;
	if (!node_is_scratch(m->node))
		return m->node->kind == NODE_DIR ? move_dir(m, op) : move_file(m, op);
	if (move_leaves_drafts(m))
		return rename_error(move_out_of_drafts(m, op));
	if (m->target && !node_is_scratch(m->target))
		return onto_view(m, op);
	return move_scratch(m);
}

/* Finds the node with the new name, if there is one. A scratch file may also become the value of an
 * entry that has none yet. */
static int find_target(struct move *m, const struct op *op)
{
	int r = child_find(m->new_dir, op, m->new_name, &m->target);

	if (r != -ENOENT || !node_is_scratch(m->node) || m->node->kind == NODE_DIR)
		return r == -ENOENT ? 0 : r;
	r = node_make_unset(m->new_dir, op, m->new_name, &m->target);
	m->is_unset = r == 0;
	return r == -ENOSYS ? 0 : r;
}

int tree_rename(struct tree *tree, const struct op *op, uint64_t dir_id, const char *name,
	uint64_t new_dir_id, const char *new_name, unsigned flags)
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);
	CLEANUP_NODE struct node *new_dir = node_get(tree, new_dir_id);
	struct move m = {.dir = dir,
		.new_dir = new_dir,
		.name = name,
		.new_name = new_name,
		.noreplace = flags & RENAME_NOREPLACE};
	int r;

	if (flags & ~(unsigned)RENAME_NOREPLACE)
		return -EINVAL;
	if (!dir || !new_dir)
		return -ESTALE;
	r = child_find(dir, op, name, &m.node);
	if (r == 0)
		r = find_target(&m, op);
	if (r == 0)
		r = move_any(&m, op);
	node_put(m.target);
	node_put(m.node);
	return r;
}
