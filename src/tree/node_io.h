/* SPDX-License-Identifier: MIT */
/* What several operations need from a node: its child with a name, and its attributes. Each
 * function may call the view, and so block. */
#ifndef TREE_NODE_IO_H
#define TREE_NODE_IO_H

#include "inode.h"

/* The node of an entry that the view gave in this generation (tree/change.h), pinned. If the
 * generation has changed, the object may be gone, and tree_change_gone could not mark it because it
 * had no node yet; so its stat is called. Takes entry->data. Errors: -ENOMEM, -ENOENT. */
int node_take(struct node *dir, const struct op *op, const char *name,
	const struct node_entry *entry, uint64_t generation, struct node **ret);
/* The error r for dir, or for a name in it, as the kernel must get it: -ESTALE instead of -ENOENT
 * if the object of dir has gone without the kernel's doing. Its name may mean another object by
 * now, and on -ESTALE the kernel looks it up again. */
int dir_answer(struct node *dir, int r);

/* The node of that name, pinned. Scratch comes first, since that never needs the view. Errors:
 * -ENOENT, -ENOTDIR, those of name_check, the view's. */
int child_find(struct node *dir, const struct op *op, const char *name, struct node **ret);
/* Makes a file of the view that has no value yet; pinned. Returns -ENOSYS if the name is not one of
 * these (ops->create). */
int node_make_unset(
	struct node *dir, const struct op *op, const char *name, struct node **ret);
/* S_IFDIR, S_IFREG or S_IFLNK. */
mode_t node_type_of(enum node_kind kind);
/* Fills the answer for a node of the view: attributes with the mount's owner and umask, and how
 * long they may be kept. */
void node_answer_fill(
	const struct node *node, const struct node_attr *attr, struct tree_entry *ret);
int node_stat(struct node *node, const struct op *op, struct tree_entry *ret);
/* As node_stat; counts one lookup. */
int node_answer(struct node *node, const struct op *op, struct tree_entry *ret);

#endif
