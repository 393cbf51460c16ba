/* SPDX-License-Identifier: MIT */
/* What is open, so that the end can close it: after a signal the kernel releases nothing. */
#ifndef TREE_OPENED_H
#define TREE_OPENED_H

#include "inode.h"

/* First member of what can be open. */
struct opened {
	struct opened *prev, *next;
	void (*drop)(struct opened *self); /* frees it; the tree's lock is not held */
};

void opened_add_locked(
	struct tree *tree, struct opened *o, void (*drop)(struct opened *self));
void opened_remove_locked(struct tree *tree, struct opened *o);
void opened_drop_all(struct tree *tree);

#endif
