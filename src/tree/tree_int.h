/* SPDX-License-Identifier: MIT */
/* What a tree and its nodes are made of, for the tree's own sources. Functions named _locked want
 * the tree's one lock held. */
#ifndef TREE_TREE_INT_H
#define TREE_TREE_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include "base/map.h"
#include "node_hash.h"
#include "node_slab.h"
#include "tree/tree.h"

struct interned; /* one text, shared by all nodes of that name */
struct scratch;
struct tree_notifier;

enum node_bits {
	BIT_KEYED = 1,	 /* found by (parent, data or name) */
	BIT_GONE = 2,	 /* removed: nothing can be made in it */
	BIT_OVERLAY = 4, /* a directory with scratch entries */
	BIT_MOVED = 8,	 /* its id stands for the node `became` */
	BIT_LOST = 16, /* its object went unasked: the kernel may look here for its name */
};

/* 64 bytes, see pool.h. Numbers of other nodes: 0 is none. */
struct node {
	/* Counted; NULL: the root, scratch that is no directory. */
	struct interned *name;
	/* NULL: a scratch node. */
	const struct node_ops *ops;
	union {
		/* View, a directory: one reference, or NULL. */
		void *data;
		/* Owned. */
		struct scratch *scratch;
	};
	/* st_ino */
	uint64_t ino;
	/* The upper half of the id. */
	uint32_t generation;
	uint32_t refs;
	/* UINT32_MAX stays. */
	uint32_t nlookup;
	/* Counted. A scratch file has the directory of the name that it was given last. */
	uint32_t parent;
	/* Chain of tree->keys, of the dead list or of free slots. */
	uint32_t next;
	/* View, not below the root: the parent's next one, a ring. */
	uint32_t next_below;
	union {
		/* View, a directory that is not the root. */
		uint32_t last_below;
		/* BIT_MOVED, no directory of the view: counted. */
		uint32_t became;
	};
	uint8_t kind;  /* enum node_kind; scratch: NODE_DIR or not */
	uint8_t flags; /* enum node_flags */
	uint8_t bits;  /* enum node_bits */
};

/* First member of an open file and of an open directory, so that the end can close them: after
 * a signal the kernel releases nothing. */
struct open_item {
	LIST_ENTRY(open_item) link;
	/* Takes it out of the list and frees it. Called without the lock. */
	void (*drop)(struct open_item *self);
};

struct tree {
	pthread_mutex_t lock;
	struct tree_options options;
	struct node_slab pool;
	struct node_hash keys;
	/* Of struct interned, struct scratch_entry and struct overlay, which bring their links. */
	struct map names, entries, overlays;
	/* Owned. */
	struct node *root;
	/* Number of the first dead node, until tree_unlock. */
	uint32_t dead;
	LIST_HEAD(, open_item) open_list;
	/* Borrowed, or NULL. */
	const struct tree_notifier *notifier;
	/* Read: an answer that may be kept is on its way; written: a touch comes through. */
	pthread_rwlock_t leases;
	/* Touches so far. */
	atomic_uint_fast64_t generation;
	/* The last st_ino that a scratch node was given. */
	uint64_t next_scratch;
	uint64_t handles;
	uint64_t scratch_nodes, scratch_used;
};

static inline struct node *parent_of(const struct node *node)
{
	return slab_node(node_tree(node), node->parent);
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

/* Gives the entry's data back. */
static inline void node_entry_drop(const struct node_entry *entry)
{
	if (entry->data && entry->ops->release)
		entry->ops->release(entry->data);
}

/* Gives back what a text was made from. base may be NULL. */
static inline void node_base_drop(const struct node_ops *ops, void *base)
{
	if (base && ops->base_free)
		ops->base_free(base);
}

/* The nodes of the view in a directory of the view that is not the root, oldest first. */
static inline struct node *first_below(const struct node *dir)
{
	const struct tree *tree = node_tree(dir);
	const struct node *last = slab_node(tree, dir->last_below);

	return last ? slab_node(tree, last->next_below) : NULL;
}

static inline struct node *next_below(const struct node *node)
{
	if (parent_of(node)->last_below == slab_number(node))
		return NULL;
	return slab_node(node_tree(node), node->next_below);
}

#endif
