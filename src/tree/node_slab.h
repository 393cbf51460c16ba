/* SPDX-License-Identifier: MIT */
/* The memory of nodes, and their ids. Ten thousand VPCs have 370,000 nodes. In the slab a node
 * costs its 56 bytes and nothing more, refers to others by 32-bit numbers, and finds its tree by
 * its own address.
 *
 * An id consists of the slot's number and of how often the slot has been freed, so the next node in
 * a slot has another id. The caller holds the tree's lock, except for node_tree, node_id and
 * slab_node of a live node. */
#ifndef TREE_NODE_SLAB_H
#define TREE_NODE_SLAB_H

#include <stddef.h>
#include <stdint.h>

struct node;
struct tree;

/* Chunks are aligned to their size. Pages without a node cost nothing. */
#define SLAB_CHUNK_BYTES ((size_t)1 << 20)
#define SLAB_SLOT_BYTES	 56
#define SLAB_CHUNK_SLOTS ((uint32_t)(SLAB_CHUNK_BYTES / SLAB_SLOT_BYTES))
#define SLAB_CHUNKS	 4096 /* 76 million nodes */

/* The head of a chunk, in its first slot. */
struct slab_chunk {
	struct tree *tree;
	uint32_t first; /* number of this slot */
};

struct node_slab {
	/* Owned. */
	struct slab_chunk *chunks[SLAB_CHUNKS];
	/* Slots from this number on were never used. */
	uint32_t end;
	/* Number of the first free slot; 0: none. */
	uint32_t free;
	/* Number of nodes. */
	uint32_t count;
};

/* A node with one reference, zeroed except for its generation. NULL if there is no memory. The
 * first node of a tree has id 1. */
struct node *node_slab_take_locked(struct tree *tree);
/* From now on the id is invalid. The memory stays until node_slab_give_locked. */
void node_slab_retire_locked(struct node *node);
void node_slab_give_locked(struct node *node);
/* Frees the memory of all nodes. */
void node_slab_release(struct node_slab *slab);

/* The node itself, not the one that the id stands for. NULL if no node has this id. */
struct node *node_slab_find_locked(struct tree *tree, uint64_t id);
/* NULL for 0. */
struct node *slab_node(const struct tree *tree, uint32_t number);
/* 0 for NULL. */
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
