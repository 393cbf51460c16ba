/* SPDX-License-Identifier: MIT */
/* Finds the node that a directory has under a name, or for an object. This hash table costs at
 * most eight bytes for each node; base/map would cost three times as much. */
#ifndef TREE_NODE_HASH_H
#define TREE_NODE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct interned;
struct node;
struct tree;

/* Zero-initialised is empty. */
struct node_hash {
	/* Owned; numbers of nodes (node_slab.h), chained by node.next. NULL: all nodes are in the
	 * chain `only`. */
	uint32_t *slots;
	uint32_t only;
	size_t slot_count, count;
};

void node_hash_release(struct node_hash *table);

/* The key of a node is its parent, and its data or else its name. Adding never fails: if the table
 * cannot grow, its chains get longer. */
void node_hash_add_locked(struct tree *tree, struct node *node);
void node_hash_remove_locked(struct tree *tree, struct node *node);
/* Finds the node of the object if data is not NULL, else the node with the name. Returns NULL if
 * there is none. */
struct node *node_hash_find_locked(struct tree *tree, const struct node *parent,
	const void *data, const struct interned *name);

#endif
