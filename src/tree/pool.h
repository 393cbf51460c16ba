/* SPDX-License-Identifier: MIT */
/* The memory of nodes, and their ids. Ten thousand VPCs are 370,000 nodes: here a node costs
 * its 64 bytes and nothing more, refers to others by a number of 32 bits, and finds its tree by
 * its address.
 *
 * An id is the number of the slot and how often the slot has been freed: a slot's next node has
 * another id. The caller holds the tree's lock, but for node_tree, node_id and pool_node of a
 * node that lives. */
#ifndef TREE_POOL_H
#define TREE_POOL_H

#include <stddef.h>
#include <stdint.h>

struct node;
struct tree;

/* Aligned likewise; pages that hold no node cost nothing. */
#define POOL_CHUNK_BYTES ((size_t)1 << 20)
#define POOL_SLOT_BYTES	 64
#define POOL_CHUNK_SLOTS ((uint32_t)(POOL_CHUNK_BYTES / POOL_SLOT_BYTES))
#define POOL_CHUNKS	 4096 /* 67 million nodes */

/* In the first slot of a chunk. */
struct pool_chunk {
	struct tree *tree;
	uint32_t first; /* number of this slot */
};

struct pool {
	/* Owned. */
	struct pool_chunk *chunks[POOL_CHUNKS];
	/* Slots from here on were never given. */
	uint32_t end;
	/* Number of the first free slot, 0: none. */
	uint32_t free;
	/* Nodes. */
	uint32_t count;
};

/* Zeroed but for the slot's past, with one reference. NULL: no memory. The first one of a tree
 * has id 1. */
struct node *pool_take_locked(struct tree *tree);
/* The id is nobody's from now on; the memory stays until pool_give_locked. */
void pool_retire_locked(struct node *node);
void pool_give_locked(struct node *node);
/* Frees the memory of all nodes. */
void pool_release(struct pool *pool);

/* NULL: no node has this id. */
struct node *pool_find_locked(struct tree *tree, uint64_t id);
/* 0 is NULL. */
struct node *pool_node(const struct tree *tree, uint32_t number);
/* NULL is 0. */
uint32_t pool_number(const struct node *node);

static inline const struct pool_chunk *pool_chunk_of(const struct node *node)
{
	return (const struct pool_chunk *)((const char *)node -
					   ((uintptr_t)node & (POOL_CHUNK_BYTES - 1)));
}

static inline struct tree *node_tree(const struct node *node)
{
	return pool_chunk_of(node)->tree;
}

uint64_t node_id(const struct node *node);

#endif
