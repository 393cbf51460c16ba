/* SPDX-License-Identifier: MIT */
/* The tree's insides, for its own sources: nodes, who holds them, and the one lock.
 *
 * A node lives while the kernel counts lookups of it (nlookup) or the tree holds it (refs:
 * children, names, open files, running calls). Functions named _locked want the lock held.
 * Freed nodes wait on the tree's dead list until tree_unlock, so that the view's release never
 * runs under the lock.
 *
 * A rename moves the kernel's inode, with its id, to the new name. Where another node belongs
 * there (the copy of a field, the object that a draft has become, the field that a scratch file
 * was renamed onto), the id stands for that node from then on: node_become_locked. */
#ifndef TREE_INODE_H
#define TREE_INODE_H

#include <pthread.h>
#include <stdatomic.h>
#include "keys.h"
#include "pool.h"
#include "table.h"
#include "tree/change.h"
#include "tree/tree.h"

struct name; /* one text, shared by all nodes of that name */
struct opened;
struct overlay;
struct scratch;

enum node_bits {
	BIT_KEYED = 1,	 /* found by (parent, data or name) */
	BIT_GONE = 2,	 /* removed: nothing can be made in it */
	BIT_OVERLAY = 4, /* a directory with scratch entries */
	BIT_MOVED = 8,	 /* its id stands for the node `became` */
	BIT_LOST = 16, /* its object went unasked: the kernel may look here for its name */
};

/* 64 bytes, see pool.h. Numbers of other nodes: 0 is none. */
struct node {
	struct name *name; /* counted; NULL: the root, scratch that is no directory */
	const struct node_ops *ops; /* NULL: a scratch node */
	union {
		void *data;		 /* view, a directory: one reference, or NULL */
		struct scratch *scratch; /* owned */
	};
	uint64_t ino;	     /* st_ino */
	uint32_t generation; /* the upper half of the id */
	uint32_t refs;
	uint32_t nlookup; /* UINT32_MAX stays */
	/* Counted. A scratch file has the directory of the name that it was given last. */
	uint32_t parent;
	uint32_t next; /* chain of tree->keys, of the dead list or of free slots */
	/* View, not below the root: the parent's next one, a ring. */
	uint32_t next_below;
	union {
		uint32_t last_below; /* view, a directory that is not the root */
		uint32_t became;     /* BIT_MOVED, no directory of the view: counted */
	};
	uint8_t kind;  /* enum node_kind; scratch: NODE_DIR or not */
	uint8_t flags; /* enum node_flags */
	uint8_t bits;  /* enum node_bits */
};

struct tree {
	pthread_mutex_t lock;
	struct tree_options options;
	struct pool pool;
	struct keys keys;
	struct table names, entries, overlays;
	struct node *root; /* owned */
	uint32_t dead;	   /* number of the first, until tree_unlock */
	struct opened *opened;
	const struct tree_notifier *notifier; /* borrowed, or NULL */
	/* Read: an answer that may be kept is on its way; written: a touch comes through. */
	pthread_rwlock_t grants;
	atomic_uint_fast64_t generation; /* touches so far */
	uint64_t next_scratch;		 /* st_ino */
	uint64_t handles;
	uint64_t scratch_nodes, scratch_used;
};

void tree_lock(struct tree *tree);
void tree_unlock(struct tree *tree);

/* What the id stands for now, pinned, or NULL. */
struct node *node_get(struct tree *tree, uint64_t id);
/* What the node has become, itself when nothing; pinned by whoever pins it. */
struct node *node_now_locked(struct node *node);
/* From now on the id of node, a file or a scratch directory, stands for `became`. */
void node_become_locked(struct node *node, struct node *became);
/* With one reference. Errors: NULL. */
struct node *node_alloc_locked(struct tree *tree);
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
/* A scratch file has a name in this directory now. */
void node_set_home_locked(struct node *node, struct node *dir);
void node_count_lookup(struct node *node);
/* The kernel's attributes of this id are not true any more. Without the lock. */
void change_tell(struct tree *tree, uint64_t id);

static inline struct node *parent_of(const struct node *node)
{
	return pool_node(node_tree(node), node->parent);
}

/* The object of a directory of the view, or NULL. */
static inline void *node_data(const struct node *node)
{
	return node->ops && node->kind == NODE_DIR ? node->data : NULL;
}

static inline bool node_is_scratch(const struct node *node)
{
	return node->ops == NULL;
}

static inline bool node_is_view(const struct node *node, enum node_kind kind)
{
	return node->ops && node->kind == kind;
}

/* Of the node with this data below the root, not pinned; NULL: the kernel has not asked for it. */
struct node *node_of_data_locked(struct tree *tree, const void *data);

/* The nearest ancestor-or-self with data, or NULL. */
const struct node *node_anchor_locked(const struct node *node);
bool node_is_below_locked(const struct node *node, const struct node *ancestor);

/* The nodes of the view in a directory of the view that is not the root, oldest first. */
static inline struct node *first_below(const struct node *dir)
{
	const struct tree *tree = node_tree(dir);
	const struct node *last = pool_node(tree, dir->last_below);

	return last ? pool_node(tree, last->next_below) : NULL;
}

static inline struct node *next_below(const struct node *node)
{
	if (parent_of(node)->last_below == pool_number(node))
		return NULL;
	return pool_node(node_tree(node), node->next_below);
}

/* The nearest directory of the view at or above a node. */
struct node *node_view_dir_locked(struct node *node);

#endif
