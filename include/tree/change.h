/* SPDX-License-Identifier: MIT */
/* Invalidates what the kernel keeps when an object changes.
 *
 * The kernel keeps attributes and names until they expire (node_attr.expires_us). When the view
 * learns of a change, it first shows the new documents, then releases its lock and calls
 * tree_change_touch for each object that changed, and only then answers the callers that wait for
 * the change. An answer that was made before a touch and is sent after it may not be kept at all.
 * None of these functions calls the view; none may be called with the view's lock held. */
#ifndef TREE_CHANGE_H
#define TREE_CHANGE_H

#include "tree/tree.h"

/* How tree invalidates attributes; fs sets it. Called from any thread, without a lock. There is
 * nothing for names or pages: notices about those wait for locks that a running request may hold
 * (fs/fuse/dir.c, fuse_reverse_inval_entry). */
struct tree_notifier {
	/* On return the kernel no longer keeps the attributes of this id, and ignores those in
	 * answers to earlier requests. */
	void (*attr)(void *arg, uint64_t id);
	void *arg;
};
/* Called before the first operation. notifier is borrowed. With NULL, the default, no answer may be
 * kept, so nothing needs to be invalidated. */
void tree_set_notifier(struct tree *tree, const struct tree_notifier *notifier);

/* Invalidates the root, and the object with this data, directly below the root, with all that is
 * below it: it has changed, or has another name. tree may be NULL: nothing happens. */
void tree_change_touch(struct tree *tree, const void *data);
/* As touch, for an object that no longer exists. Also frees the scratch files in it, which cannot
 * be reached any more. If the view shows an object with this data again, it gets another node. tree
 * may be NULL. */
void tree_change_gone(struct tree *tree, const void *data);

/* Leases. Before it asks for an answer, fs reads the generation; it sends the answer between
 * lease_begin and lease_end. */
uint64_t tree_generation(struct tree *tree);
/* Returns whether the kernel may keep an answer that was asked for in this generation until it
 * expires. A touch blocks until lease_end, which must be called in either case. */
bool tree_lease_begin(struct tree *tree, uint64_t generation);
void tree_lease_end(struct tree *tree);

#endif
