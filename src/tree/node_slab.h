/* SPDX-License-Identifier: MIT */
/* The memory of nodes, and their ids. Ten thousand VPCs are 370,000 nodes: here a node costs
 * its 64 bytes and nothing more, refers to others by a number of 32 bits, and finds its tree by
 * its address.
 *
 * An id is the number of the slot and how often the slot has been freed: a slot's next node has
 * another id. The caller holds the tree's lock, but for node_tree, node_id and slab_node of a
 * node that lives. */
#ifndef TREE_NODE_SLAB_H
#define TREE_NODE_SLAB_H

#include <stddef.h>
#include <stdint.h>

struct node;
struct tree;

/* Aligned likewise; pages that hold no node cost nothing. */
#define SLAB_CHUNK_BYTES ((size_t)1 << 20)
#define SLAB_SLOT_BYTES	 64
#define SLAB_CHUNK_SLOTS ((uint32_t)(SLAB_CHUNK_BYTES / SLAB_SLOT_BYTES))
#define SLAB_CHUNKS	 4096 /* 67 million nodes */

/* In the first slot of a chunk. */
struct slab_chunk {
	struct tree *tree;
	uint32_t first; /* number of this slot */
};

struct node_slab {
	/* Owned. */
	struct slab_chunk *chunks[SLAB_CHUNKS];
	/* Slots from here on were never given. */
	uint32_t end;
	/* Number of the first free slot, 0: none. */
	uint32_t free;
	/* Nodes. */
	uint32_t count;
};

/* Zeroed but for the slot's past, with one reference. NULL: no memory. The first one of a tree
 * has id 1. */
struct node *node_slab_take_locked(struct tree *tree);
/* The id is nobody's from now on; the memory stays until node_slab_give_locked. */
void node_slab_retire_locked(struct node *node);
void node_slab_give_locked(struct node *node);
/* Frees the memory of all nodes. */
void node_slab_release(struct node_slab *pool);

/* NULL: no node has this id. */
struct node *node_slab_find_locked(struct tree *tree, uint64_t id);
/* 0 is NULL. */
struct node *slab_node(const struct tree *tree, uint32_t number);
/* NULL is 0. */
uint32_t slab_number(const struct node *node);

static inline const struct slab_chunk *slab_chunk_of(const struct node *node)
{
	return (const struct slab_chunk *)((const char *)node -
					   ((uintptr_t)node & (SLAB_CHUNK_BYTES - 1)));
}

static inline struct tree *node_tree(const struct node *node)
{
	return slab_chunk_of(node)->tree;
}

uint64_t node_id(const struct node *node);

#endif
