/* SPDX-License-Identifier: MIT */
/* One rename, and the kinds of it that have a file of their own: snapshot.c and draft.c. */
#ifndef TREE_MOVE_H
#define TREE_MOVE_H

#include "inode.h"

struct move {
	struct node *dir, *new_dir; /* pinned */
	const char *name, *new_name;
	struct node *node;   /* pinned */
	struct node *target; /* pinned, or NULL */
	bool is_unset;	     /* target is a file of the view that did not exist before */
	bool noreplace;
};

/* m->node is a file of the view. Makes a copy under the new name, for which the node's id stands
 * from then on; the old name gets another node. */
int move_snapshot(const struct move *m, const struct op *op);
/* Whether m->node is scratch below a NODE_DRAFTS directory and m->new_dir is not below the same
 * one, or m->node is a draft and m->new_dir is not the NODE_DRAFTS directory itself. */
bool move_leaves_drafts(const struct move *m);
/* Publishes a draft. Errors: -EXDEV for anything but a directory, -EPERM for a directory that is no
 * draft or where the view publishes none, -EEXIST, the view's. */
int move_out_of_drafts(const struct move *m, const struct op *op);

/* change.c: makes the kernel drop the attributes of an id. It moves the inode of a renamed file
 * itself, but keeps the old attributes. Not called under the lock. */
void change_invalidate(struct tree *tree, uint64_t id);

#endif
