/* SPDX-License-Identifier: MIT */
/* Who holds a node, and which id means which.
 *
 * A node lives while the kernel counts lookups of it (nlookup) or the tree holds it (refs:
 * children, names, open files, running calls). Freed nodes wait on the tree's dead list until
 * tree_unlock, so that the view's release never runs under the lock.
 *
 * A rename moves the kernel's inode, with its id, to the new name. Where another node belongs
 * there (the copy of a field, the object that a draft has become, the field that a scratch file
 * was renamed onto), the id stands for that node from then on: node_become_locked. */
#ifndef TREE_INODE_H
#define TREE_INODE_H

#include "tree_int.h"

void tree_lock(struct tree *tree);
void tree_unlock(struct tree *tree);

/* What the id stands for now, pinned, or NULL. */
struct node *node_get(struct tree *tree, uint64_t id);
/* What the node has become, itself when nothing; pinned by whoever pins it. */
struct node *node_now_locked(struct node *node);
/* From now on the id of node, a file or a scratch directory, stands for `became`. */
void node_become_locked(struct node *node, struct node *became);
struct node *node_ref_locked(struct node *node);
void node_unref_locked(struct node *node);
/* Takes the lock; NULL is fine. For CLEANUP_NODE. */
void node_put(struct node *node);
void node_cleanup(struct node **node);
#define CLEANUP_NODE CLEANUP(node_cleanup)

/* The node of a view entry, pinned; made when it is new. Takes entry->data. Errors: -ENOMEM. */
int node_intern(struct node *parent, const char *name, const struct node_entry *entry,
	struct node **ret);
/* The st_ino the entry's node has or will have. */
uint64_t node_ino_of(
	const struct node *parent, const char *name, const struct node_entry *entry);
/* From now on a node of this name is another one. */
void node_orphan_locked(struct node *node);
/* A view directory or scratch directory has this place now. Errors: -ENOMEM. */
int node_move_locked(struct node *node, struct node *parent, const char *name);
/* A scratch file has a name in this directory now. */
void node_set_home_locked(struct node *node, struct node *dir);
void node_count_lookup(struct node *node);
/* Says that the tree refuses what would be done with the node, or with name in it. Not under the
 * lock. Returns r, an error. */
int node_refused(struct node *node, const char *what, const char *name, int r);

/* Upwards: locate.c. */

/* The nearest ancestor-or-self with data, or NULL. */
const struct node *node_anchor_locked(const struct node *node);
bool node_is_below_locked(const struct node *node, const struct node *ancestor);
/* The nearest directory of the view at or above a node. */
struct node *node_view_dir_locked(struct node *node);
/* Whether both are in the same object: what is scratch in one VPC is not another's. Takes the
 * lock. */
bool node_shares_object(const struct node *a, const struct node *b);

#endif
