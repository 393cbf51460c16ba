/* SPDX-License-Identifier: MIT */
/* Who wrote the bytes of a scratch file, and what its text will be compared with. */
#include "scratch_mark.h"

/* Pinned, or NULL: where nobody compares texts. */
static struct node *view_dir_of(struct node *file)
{
	struct tree *tree = node_tree(file);
	struct node *dir;

	tree_lock(tree);
	dir = node_view_dir_locked(file);
	if (dir && dir->flags & NODE_DRAFTS)
		dir = NULL;
	if (dir)
		node_ref_locked(dir);
	tree_unlock(tree);
	return dir;
}

/* writer: NULL for the caller of op. */
static void ask(struct node *file, const struct caller *writer, const struct op *op,
	struct scratch_mark *ret)
{
	CLEANUP_NODE struct node *dir = view_dir_of(file);

	*ret = (struct scratch_mark){0};
	if (!dir)
		return;
	if (writer)
		ret->writer = *writer;
	else
		caller_of(op->pid, &ret->writer);
	ret->base_free = dir->ops->base_free;
	if (ret->writer.known && dir->ops->base_of)
		ret->base = dir->ops->base_of(dir, &ret->writer);
}

void scratch_mark_of(struct node *file, const struct op *op, struct scratch_mark *ret)
{
	ask(file, NULL, op, ret);
}

void scratch_mark_put_locked(struct scratch *s, struct scratch_mark *mark)
{
	struct scratch_mark old = s->mark;

	s->mark = *mark;
	if (mark->base) {
		*mark = old;
		return;
	}
	s->mark.base = old.base;
	s->mark.base_free = old.base_free;
}

void scratch_mark_take_locked(struct scratch *s, struct scratch_mark *ret)
{
	*ret = s->mark;
	s->mark = (struct scratch_mark){0};
}

void scratch_mark_release(struct scratch_mark *mark)
{
	if (mark->base && mark->base_free)
		mark->base_free(mark->base);
	mark->base = NULL;
}
