/* SPDX-License-Identifier: MIT */
/* What several operations ask of a node: its child, its attributes, its text. Each may ask the view. */
#ifndef TREE_NODE_IO_H
#define TREE_NODE_IO_H

#include "inode.h"

/* The node of that name, pinned: scratch first (that never needs the view), then what the view shows.
 * Errors: -ENOENT, -ENOTDIR, -ENAMETOOLONG, the view's. */
int child_find(struct node *dir, const struct op *op, const char *name, struct node **ret);
/* *ret_until_us: for how long it may be kept. */
int node_stat(
	struct node *node, const struct op *op, struct stat *ret, uint64_t *ret_until_us);
/* Attributes in the form of the mount: type, owner, umask. */
void node_stat_fill(
	const struct node *node, const struct node_attr *attr, struct stat *ret);
/* Whoever reads an older text of the file must not be told a size to keep. */
bool node_has_older_readers(struct node *node);
/* Whether the node stays with those who read it, and the name has another one. So it is where the pages they share are of a text
 * of another size: what shows this size is new, and the touch that says so is on its way. */
bool node_is_left_to_readers(struct node *node, off_t size);
/* node_stat, and one lookup counted. -ESTALE: the name has another node by now. */
int node_answer(struct node *node, const struct op *op, struct tree_entry *ret);

void node_text_init(struct node_text *text);
void node_text_release(const struct node *node, struct node_text *text);
/* What the view shows now. Absent show: an empty text. */
int node_show(struct node *node, const struct op *op, struct node_text *ret);

#endif
