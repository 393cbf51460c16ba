/* SPDX-License-Identifier: MIT */
/* The tree's insides, for its own sources: nodes, who holds them, and the one lock.
 *
 * A node lives while the kernel counts lookups of it (nlookup) or the tree holds it (refs: children, names, open files,
 * running calls). Functions named _locked want the lock held. Freed nodes wait on the tree's dead list until tree_unlock,
 * so that the view's release never runs under the lock. */
#ifndef TREE_INODE_H
#define TREE_INODE_H

#include <pthread.h>
#include "table.h"
#include "tree/tree.h"

struct name; /* one text, shared by all nodes of that name */
struct opened;
struct overlay;
struct scratch;

enum node_bits {
	BIT_KEYED = 1,	 /* found by (parent, data or name) */
	BIT_GONE = 2,	 /* removed: nothing can be made in it */
	BIT_OVERLAY = 4, /* a directory with scratch entries */
};

/* 88 bytes: ten thousand VPCs are 300,000 of them. */
struct node {
	struct tree *tree;
	void *next_id;	     /* chain of tree->ids, or of the dead list */
	void *next_key;	     /* chain of tree->keys */
	struct node *parent; /* counted; NULL: the root, scratch that is no directory */
	struct name *name;   /* counted; NULL likewise */
	const struct node_ops *ops; /* NULL: a scratch node */
	union {
		void *data;		 /* view: one reference, or NULL */
		struct scratch *scratch; /* owned */
	};
	uint64_t id;
	uint64_t ino; /* st_ino */
	uint64_t nlookup;
	uint32_t refs;
	uint8_t kind;  /* enum node_kind; scratch: NODE_DIR or not */
	uint8_t flags; /* enum node_flags */
	uint8_t bits;  /* enum node_bits */
};

struct tree {
	pthread_mutex_t lock;
	struct tree_options options;
	struct table ids, keys, names, entries, overlays;
	struct node *root; /* owned */
	struct node *dead; /* until tree_unlock */
	struct opened *opened;
	uint64_t next_id;
	uint64_t handles;
	uint64_t scratch_nodes, scratch_used;
};

void tree_lock(struct tree *tree);
void tree_unlock(struct tree *tree);

/* Pinned, or NULL. */
struct node *node_get(struct tree *tree, uint64_t id);
struct node *node_get_locked(struct tree *tree, uint64_t id);
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
/* A scratch node with no name yet, pinned. Takes scratch on success. Errors: -ENOMEM. */
int node_new_scratch_locked(
	struct tree *tree, struct scratch *scratch, bool is_dir, struct node **ret);
/* From now on a node of this name is another one. */
void node_orphan_locked(struct node *node);
/* A view directory or scratch directory has this place now. Errors: -ENOMEM. */
int node_move_locked(struct node *node, struct node *parent, const char *name);
void node_count_lookup(struct node *node);

static inline bool node_is_scratch(const struct node *node)
{
	return node->ops == NULL;
}

static inline bool node_is_view(const struct node *node, enum node_kind kind)
{
	return node->ops && node->kind == kind;
}

/* The nearest ancestor-or-self with data, or NULL. */
const struct node *node_anchor_locked(const struct node *node);
bool node_is_below_locked(const struct node *node, const struct node *ancestor);

#endif
