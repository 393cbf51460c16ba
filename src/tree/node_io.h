/* SPDX-License-Identifier: MIT */
/* What several operations ask of a node: its child and its attributes. Each may ask the view. */
#ifndef TREE_NODE_IO_H
#define TREE_NODE_IO_H

#include "inode.h"

/* The node of an entry that the view gave under this generation (tree/change.h), pinned. An
 * object that went meanwhile could not be told gone where it had no node yet: so it is asked
 * for. Takes entry->data. Errors: -ENOMEM, -ENOENT. */
int node_take(struct node *dir, const struct op *op, const char *name,
	const struct node_entry *entry, uint64_t generation, struct node **ret);
/* What the kernel is told of dir or of what is in it: r, but -ESTALE in place of -ENOENT where the
 * object of dir went unasked. Its name may lead elsewhere by now, and on -ESTALE the kernel looks
 * it up again. */
int dir_answer(struct node *dir, int r);

/* The node of that name, pinned: scratch first (that never needs the view), then what the view
 * shows. Errors: -ENOENT, -ENOTDIR, -ENAMETOOLONG, the view's. */
int child_find(struct node *dir, const struct op *op, const char *name, struct node **ret);
/* A file of the view that has no value yet, made by its name; pinned. -ENOSYS: there is none. */
int node_make_unset(
	struct node *dir, const struct op *op, const char *name, struct node **ret);
/* S_IFDIR, S_IFREG or S_IFLNK. */
mode_t node_type_of(enum node_kind kind);
/* What a node of the view answers with: attributes in the form of the mount (type, owner, umask),
 * and for how long they may be kept. */
void node_answer_fill(
	const struct node *node, const struct node_attr *attr, struct tree_entry *ret);
int node_stat(struct node *node, const struct op *op, struct tree_entry *ret);
/* node_stat, and one lookup counted. */
int node_answer(struct node *node, const struct op *op, struct tree_entry *ret);

#endif
