/* SPDX-License-Identifier: MIT */
/* The structs of a tree and its nodes, private to tree. The caller of a function named _locked
 * holds the tree's only lock. */
#ifndef TREE_TREE_INT_H
#define TREE_TREE_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include "base/map.h"
#include "node_hash.h"
#include "node_slab.h"
#include "tree/tree.h"

struct interned; /* one name, shared by all nodes that have it */
struct scratch;
struct tree_notifier;

enum node_bits {
	BIT_KEYED = 1, /* in tree->node_hash */
	/* A removed directory, in which nothing can be made; a draft's file that the view has
	 * now. */
	BIT_GONE = 2,
	BIT_OVERLAY = 4, /* a directory with scratch entries */
	BIT_MOVED = 8,	 /* its id stands for the node `became` */
	/* The object has gone, and the kernel may still have a name for it. */
	BIT_LOST = 16,
};

/* 56 bytes, see node_slab.h. Refers to other nodes by number; 0 is none. */
struct node {
	/* Holds a reference. NULL for the root, and for scratch nodes except directories. */
	struct interned *name;
	/* NULL for a scratch node. */
	const struct node_ops *ops;
	union {
		/* With has_data: holds a reference. */
		void *data;
		/* A scratch node: owned. */
		struct scratch *scratch;
		/* Any other node: st_ino. See node_ino. */
		uint64_t ino;
	};
	/* The upper half of the id. */
	uint32_t generation;
	uint32_t refs;
	/* Lookups that the kernel counts. Once it is UINT32_MAX it stays so. */
	uint32_t nlookup;
	/* Holds a reference. For a scratch file, the directory in which it last got a name. */
	uint32_t parent;
	/* The next node in a chain of tree->node_hash, in the dead list or in the free list. */
	uint32_t next;
	/* A node of the view, but no child of the root: the next one in its parent's ring. */
	uint32_t next_below;
	union {
		/* A directory of the view, but not the root: the last node of its ring. */
		uint32_t last_below;
		/* With BIT_MOVED, so no directory of the view: holds a reference. */
		uint32_t became;
	};
	uint8_t kind;  /* enum node_kind; a scratch node has NODE_DIR or NODE_FILE */
	uint8_t flags; /* enum node_flags */
	uint8_t bits;  /* enum node_bits */
	bool has_data; /* a directory of the view only; never changes */
};

/* First member of an open file and of an open directory, so that tree_free can close them: when a
 * signal ends the mount, the kernel sends no RELEASE. */
struct open_item {
	LIST_ENTRY(open_item) link;
	/* Removes it from the list and frees it. Called without the lock. */
	void (*drop)(struct open_item *self);
};

struct tree {
	pthread_mutex_t lock;
	struct tree_options options;
	struct node_slab node_slab;
	struct node_hash node_hash;
	/* Intrusive tables of struct interned, struct scratch_entry and struct overlay. */
	struct map interns, entries, overlays;
	/* Owned. */
	struct node *root;
	/* Number of the first node in the dead list, which tree_unlock frees. */
	uint32_t dead;
	LIST_HEAD(, open_item) open_list;
	/* Borrowed, or NULL. */
	const struct tree_notifier *notifier;
	/* Read-locked while an answer that may be kept is on its way, write-locked by a touch. */
	pthread_rwlock_t leases;
	/* The number of touches so far. */
	atomic_uint_fast64_t generation;
	/* The last st_ino of a scratch node. */
	uint64_t last_scratch_ino;
	uint64_t handles;
	uint64_t scratch_nodes, scratch_used;
};

static inline struct node *parent_of(const struct node *node)
{
	return slab_node(node_tree(node), node->parent);
}

/* The data of a directory of the view; NULL if it has none, and for every other node. */
static inline void *node_data(const struct node *node)
{
	return node->has_data ? node->data : NULL;
}

static inline bool node_is_scratch(const struct node *node)
{
	return node->ops == NULL;
}

static inline bool node_is_view(const struct node *node, enum node_kind kind)
{
	return node->ops && node->kind == kind;
}

/* Drops the entry's data reference. */
static inline void node_entry_drop(const struct node_entry *entry)
{
	if (entry->data && entry->ops->release)
		entry->ops->release(entry->data);
}

/* Frees a base, which may be NULL. */
static inline void node_base_drop(const struct node_ops *ops, void *base)
{
	if (base && ops->base_free)
		ops->base_free(base);
}

/* Iterate over the nodes of the view in a directory of the view, oldest first. The root has no
 * ring. */
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
