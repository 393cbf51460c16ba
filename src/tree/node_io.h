/* SPDX-License-Identifier: MIT */
/* What several operations ask of a node: its child, its attributes, its text. Each may ask the
 * view. */
#ifndef TREE_NODE_IO_H
#define TREE_NODE_IO_H

#include "inode.h"

/* The node of an entry that the view gave under this generation (tree/change.h), pinned. An
 * object that went meanwhile could not be told gone where it had no node yet: so it is asked
 * for. Takes entry->data. Errors: -ENOMEM, -ENOENT. */
int node_take(struct node *dir, const struct op *op, const char *name,
	const struct node_entry *entry, uint64_t generation, struct node **ret);
/* Says that the tree refuses what would be done with the node, or with name in it. Not under the
 * lock. Returns r, an error. */
int node_refused(struct node *node, const char *what, const char *name, int r);
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
/* What a node of the view answers with: attributes in the form of the mount (type, owner, umask),
 * and for how long they may be kept. */
void node_answer_fill(
	const struct node *node, const struct node_attr *attr, struct tree_entry *ret);
int node_stat(struct node *node, const struct op *op, struct tree_entry *ret);
/* node_stat, and one lookup counted. */
int node_answer(struct node *node, const struct op *op, struct tree_entry *ret);

/* must_ask is the caller's to set, between init and show. */
void node_text_init(struct node_text *text);
void node_text_release(const struct node *node, struct node_text *text);
/* What the view shows now. Absent show: an empty text. */
int node_show(struct node *node, const struct op *op, struct node_text *ret);

#endif
