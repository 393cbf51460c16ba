/* SPDX-License-Identifier: MIT */
/* Whose pages the kernel has: what an open file may share with others, and the node that a text keeps. */
#ifndef TREE_SHARE_H
#define TREE_SHARE_H

#include "field.h"

/* What one open file counts for. */
struct share {
	bool shares; /* the kernel has pages of its text */
	bool writes;
};

/* f was opened for op. stamp: tree_stamp of before its text was asked for. Sets ret->shares and keeps. -ESTALE: the name must be
 * looked up again, it has another node. */
int share_begin_locked(struct node *node, const struct op *op, const struct field *f,
	uint64_t stamp, struct share *ret, struct tree_open *ret_open);
void share_end_locked(struct node *node, const struct share *share);

/* The text of a file that is shared changes: whoever has it open keeps node and text, the name gets another node. Not where
 * somebody has locked it. */
void share_freeze_locked(struct node *node);

#endif
