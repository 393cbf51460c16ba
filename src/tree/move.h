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
	bool is_unset;	     /* target is a file of the view that nobody had made yet */
	bool noreplace;
};

/* m->node is a file of the view: its copy takes its place under the new name, and its id; the
 * name that it had gets another node. */
int move_snapshot(const struct move *m, const struct op *op);
/* Whether m->node is scratch below a NODE_DRAFTS directory and m->new_dir is not below the
 * same, or m->node is a draft and m->new_dir is not the directory of drafts itself. */
bool move_leaves_drafts(const struct move *m);
int move_out_of_drafts(const struct move *m, const struct op *op);

/* The kernel moves the inode of this id itself; its attributes are not true any more. Without the
 * lock. In change.c. */
void change_tell(struct tree *tree, uint64_t id);

#endif
