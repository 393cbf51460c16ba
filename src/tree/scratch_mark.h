/* SPDX-License-Identifier: MIT */
/* Who wrote the bytes of a scratch file, and what its text will be compared with when it is
 * renamed onto a field (node_store in tree/node.h). */
#ifndef TREE_SCRATCH_MARK_H
#define TREE_SCRATCH_MARK_H

#include "scratch.h"

/* The mark of the caller of op, who writes into this file. Asks the view; without the lock. Not
 * for a FLUSH or RELEASE (base/caller.h). */
void scratch_mark_of(struct node *file, const struct op *op, struct scratch_mark *ret);
/* The file has been written to by this writer. A writer without a base leaves the one that is
 * there. What is not needed any more is in mark, to be released without the lock. */
void scratch_mark_put_locked(struct scratch *s, struct scratch_mark *mark);
/* The text is empty: the file has no mark. */
void scratch_mark_take_locked(struct scratch *s, struct scratch_mark *ret);
void scratch_mark_release(struct scratch_mark *mark);
#define CLEANUP_MARK CLEANUP(scratch_mark_release)

#endif
