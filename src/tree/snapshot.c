/* SPDX-License-Identifier: MIT */
/* Renaming a field file away: vim, emacs, cp -b, mv -b and sed -i.bak move a file before they write
 * a new one. The field stays, and the new name gets a copy of its text.
 *
 * The kernel moves its inode with the name, and may keep both until they expire. So the id that it
 * has for the field stands for the copy from then on, and no write to the new name can reach the
 * field. */
#include <errno.h>
#include "entry.h"
#include "node_io.h"
#include "node_text.h"
#include "move.h"
#include "scratch.h"

/* What the copy is made from. */
struct original {
	struct tree_entry attr;
	struct node_text shown;
	struct caller maker;
};

static int check_place_locked(const struct move *m)
{
	struct scratch_entry *old = entry_find_locked(m->new_dir, m->new_name);
	int r = scratch_dir_check_locked(m->new_dir);

	/* Another rename has moved it away meanwhile. */
	if (r == 0 && node_now_locked(m->node) != m->node)
		r = -ENOENT;
	if (r == 0 && old && m->noreplace)
		r = -EEXIST;
	if (r == 0 && old && old->node->kind == NODE_DIR)
		r = -EISDIR;
	return r;
}

static int fill_copy_locked(struct node *copy, struct original *from)
{
	struct scratch *s = copy->scratch;
	const struct buf *text = &from->shown.text;
	int r = scratch_write_locked(node_tree(copy), s, 0, buf_str(text), text->len);

	if (r < 0)
		return r;
	s->mtime = from->attr.attr.st_mtim;
	s->is_copy = true;
	s->mark.writer = from->maker;
	return 0;
}

static int put_copy_locked(const struct move *m, const struct op *op, struct original *from)
{
	struct scratch_entry *old;
	struct node *copy;
	int r = check_place_locked(m);

	if (r == 0)
		r = scratch_new_locked(
			op, m->new_dir, from->attr.attr.st_mode, NULL, &copy);
	if (r)
		return r;
	r = fill_copy_locked(copy, from);
	old = entry_find_locked(m->new_dir, m->new_name);
	if (r == 0 && old)
		entry_remove_locked(old);
	if (r == 0)
		r = entry_add_locked(m->new_dir, m->new_name, copy);
	if (r == 0) {
		copy->scratch->mark.base = STEAL(from->shown.base);
		copy->scratch->mark.base_free = m->node->ops->base_free;
		node_become_locked(m->node, copy);
	}
	node_unref_locked(copy);
	return r;
}

int move_snapshot(const struct move *m, const struct op *op)
{
	struct tree *tree = node_tree(m->dir);
	struct original from = {0};
	int r;

	if (!node_shares_object(m->dir, m->new_dir))
		return -EXDEV;
	caller_of(op->pid, &from.maker);
	r = node_stat(m->node, op, &from.attr);
	if (r == 0)
		r = node_show(m->node, op, false, &from.shown);
	if (r == 0) {
		tree_lock(tree);
		r = put_copy_locked(m, op, &from);
		tree_unlock(tree);
	}
	node_text_release(m->node, &from.shown);
	if (r == 0)
		change_invalidate(tree, node_id(m->node));
	return r;
}
