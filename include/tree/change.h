/* SPDX-License-Identifier: MIT */
/* What is known changes, and what the kernel was told of it is not true any more.
 *
 * The kernel keeps attributes and names for as long as it was told (node_attr.expires_us). When
 * the view learns of a change, it first shows the new documents, then, with its own lock let
 * go, calls tree_change_touch for each object that changed, and only then answers whoever waits
 * for the change. An answer that was made before a touch and is sent after it is sent with no
 * time at all. None of these asks the view; none may be called with the view's lock held. */
#ifndef TREE_CHANGE_H
#define TREE_CHANGE_H

#include "tree/tree.h"

/* How the kernel is told; fs sets it. Called from any thread, without a lock. Attributes only:
 * notices about names or pages wait for locks that a request under way may hold (fs/fuse/dir.c,
 * fuse_reverse_inval_entry). */
struct tree_notifier {
	/* On return the attributes of this id are not kept any more, nor taken from an answer
	 * to an older question. */
	void (*attr)(void *arg, uint64_t id);
	void *arg;
};
/* Before the first operation. Borrowed. NULL, the default: nothing is kept by anybody, nobody
 * needs to be told. */
void tree_set_notifier(struct tree *tree, const struct tree_notifier *notifier);

/* The object with this data, directly below the root, and all below it, changed or has another
 * name; and so the root. tree may be NULL: nothing happens. */
void tree_change_touch(struct tree *tree, const void *data);
/* The object is gone: as touch, and what was scratch in it is freed, since nobody can reach it
 * any more. Should an object with this data be shown again, it gets another node. tree may be
 * NULL. */
void tree_change_gone(struct tree *tree, const void *data);

/* Keeping. An answer is made under the generation that was read before the question, and sent
 * between lease_begin and lease_end. */
uint64_t tree_generation(struct tree *tree);
/* Whether what was asked under the generation may be kept for as long as it says. Until
 * lease_end no touch comes through. */
bool tree_lease_begin(struct tree *tree, uint64_t generation);
void tree_lease_end(struct tree *tree);

#endif
