/* SPDX-License-Identifier: MIT */
/* What is known changes, and what the kernel was told of it is not true any more.
 *
 * The view brackets every change of what its nodes show:
 *
 *   tree_change_begin()      before the first change
 *   ...                      the view's own lock, the new documents
 *   tree_change_touch()      for each object that changed, the lock let go
 *   tree_change_end()        the kernel has been told, or is being told
 *
 * Between begin and end no page of a file is kept; an answer that was made before a touch and is sent after it is not kept
 * either. So what the kernel keeps is true at every moment. None of these asks the view; none may be
 * called with the view's lock held. */
#ifndef TREE_CHANGE_H
#define TREE_CHANGE_H

#include "tree/tree.h"

/* How the kernel is told; fs sets it. Called from any thread, without a lock; must not wait for another request. */
struct tree_notifier {
	/* On return the attributes of this id are not kept any more, nor taken from an answer to an older question. */
	void (*attr)(void *arg, uint64_t id);
	/* Soon, who has this name in the directory is asked again. */
	void (*name)(void *arg, uint64_t dir, const char *name);
	void *arg;
};
/* Before the first operation. Borrowed. NULL, the default: nothing is kept by anybody, nobody needs to be told. */
void tree_set_notifier(struct tree *tree, const struct tree_notifier *notifier);

/* tree may be NULL: nothing happens. */
void tree_change_begin(struct tree *tree);
/* The object with this data, directly below the root, and all below it, changed, went or has another name; and so the root. */
void tree_change_touch(struct tree *tree, const void *data);
void tree_change_end(struct tree *tree);

/* Keeping. An answer is made under the stamp that was taken before the question, and sent between grant_begin and grant_end. */
uint64_t tree_stamp(struct tree *tree);
/* Whether what was asked under the stamp may be kept for as long as it says. Until grant_end no touch comes through. */
bool tree_grant_begin(struct tree *tree, uint64_t stamp);
void tree_grant_end(struct tree *tree);

#endif
