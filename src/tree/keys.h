/* SPDX-License-Identifier: MIT */
/* Which node a directory has under a name, or for an object: a hash table that costs a node
 * eight bytes; base/map would cost it sixteen. */
#ifndef TREE_KEYS_H
#define TREE_KEYS_H

#include <stddef.h>
#include <stdint.h>

struct name;
struct node;
struct tree;

/* Zero-initialised is empty. */
struct keys {
	/* Owned; numbers of nodes (pool.h), chained by node.next. NULL: everything is in the
	 * chain `only`. */
	uint32_t *slots;
	uint32_t only;
	size_t slot_count, count;
};

void keys_release(struct keys *keys);

/* By the node's parent, and data or name. Never fails: a table that cannot grow has longer
 * chains. */
void keys_add_locked(struct tree *tree, struct node *node);
void keys_remove_locked(struct tree *tree, struct node *node);
/* data not NULL: of this object, name is not asked for. NULL: there is none. */
struct node *keys_find_locked(struct tree *tree, const struct node *parent,
	const void *data, const struct name *name);

#endif
