/* SPDX-License-Identifier: MIT */
/* The life of nodes, and which node an id stands for.
 *
 * A node lives while the kernel counts lookups of it (nlookup) or the tree holds it (refs:
 * children, names, open files, running calls). Dead nodes wait on the tree's dead list until
 * tree_unlock, so that the view's release never runs under the lock.
 *
 * A rename moves the kernel's inode, with its id, to the new name. If another node belongs there
 * (the copy of a field, the object that a draft has become, the field that a scratch file was
 * renamed onto), the id stands for that node from then on: node_become_locked. */
#ifndef TREE_INODE_H
#define TREE_INODE_H

#include "tree_int.h"

void tree_lock(struct tree *tree);
void tree_unlock(struct tree *tree);

/* The node that the id stands for now, pinned, or NULL. */
struct node *node_get(struct tree *tree, uint64_t id);
/* The node that this one has become, or itself. Lives as long as this one. */
struct node *node_now_locked(struct node *node);
/* From now on the id of node, a file or a scratch directory, stands for `became`. */
void node_become_locked(struct node *node, struct node *became);
/* Whether the node is a scratch file in whose place the view has a file now: nobody would ever see
 * what is written to it. */
bool node_was_replaced_locked(const struct node *node);
struct node *node_ref_locked(struct node *node);
void node_unref_locked(struct node *node);
/* Drops a reference. Takes the lock. node may be NULL. For CLEANUP_NODE. */
void node_put(struct node *node);
void node_cleanup(struct node **node);
#define CLEANUP_NODE CLEANUP(node_cleanup)

/* The node of a view entry, pinned; made if it is new. Takes entry->data, on failure too. Errors:
 * -ENOMEM. */
int node_intern(struct node *parent, const char *name, const struct node_entry *entry,
	struct node **ret);
/* st_ino */
uint64_t node_ino(const struct node *node);
/* The st_ino that the entry's node has or will have. */
uint64_t node_ino_of(
	const struct node *parent, const char *name, const struct node_entry *entry);
/* Detaches the node from its name: the next look-up of the name makes another node. */
void node_orphan_locked(struct node *node);
/* Moves a directory, of the view or scratch, to this place. Errors: -ENOMEM. */
int node_move_locked(struct node *node, struct node *parent, const char *name);
/* Makes dir the parent of a scratch file that has got a name in it. */
void node_set_home_locked(struct node *node, struct node *dir);
/* Counts one lookup. Takes the lock. */
void node_count_lookup(struct node *node);
/* Tells the view that the tree refuses an operation on the node, or on name in it (ops->refused).
 * Returns r, the negative errno. Not called under the lock. */
int node_refused(struct node *node, const char *what, const char *name, int r);

/* locate.c: from a node upwards. */

/* The node itself or the nearest ancestor that has data, or NULL. */
const struct node *node_anchor_locked(const struct node *node);
bool node_is_below_locked(const struct node *node, const struct node *ancestor);
/* The node itself or the nearest ancestor that is a directory of the view, or NULL. */
struct node *node_view_dir_locked(struct node *node);
/* Whether both nodes are in the same object; scratch may not move between objects. Takes the lock.
 */
bool node_shares_object(const struct node *a, const struct node *b);

#endif
