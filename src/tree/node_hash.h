/* SPDX-License-Identifier: MIT */
/* Which node a directory has under a name, or for an object: a hash table that costs a node
 * eight bytes; base/map would cost it sixteen. */
#ifndef TREE_NODE_HASH_H
#define TREE_NODE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct interned;
struct node;
struct tree;

/* Zero-initialised is empty. */
struct node_hash {
	/* Owned; numbers of nodes (pool.h), chained by node.next. NULL: everything is in the
	 * chain `only`. */
	uint32_t *slots;
	uint32_t only;
	size_t slot_count, count;
};

void node_hash_release(struct node_hash *keys);

/* By the node's parent, and data or name. Never fails: a table that cannot grow has longer
 * chains. */
void node_hash_add_locked(struct tree *tree, struct node *node);
void node_hash_remove_locked(struct tree *tree, struct node *node);
/* data not NULL: of this object, name is not asked for. NULL: there is none. */
struct node *node_hash_find_locked(struct tree *tree, const struct node *parent,
	const void *data, const struct interned *name);

#endif
