/* SPDX-License-Identifier: MIT */
/* Finds the node that a directory has under a name, or for an object. */
#include "node_hash.h"

#include <stdlib.h>
#include "base/hash.h"
#include "intern.h"
#include "tree_int.h"

#define NODE_HASH_FIRST 64
#define CHAIN_MEAN	2 /* nodes in a chain when the table grows */

void node_hash_release(struct node_hash *table)
{
	free(table->slots);
	*table = (struct node_hash){0};
}

static uint32_t *node_hash_slot(struct node_hash *table, uint32_t parent, const void *data,
	const struct interned *name)
{
	uint64_t hash = hash_mix(parent, data ? (uintptr_t)data : name->link.hash);

	return table->slots ? &table->slots[hash & (table->slot_count - 1)] : &table->only;
}

static void chain_node(struct node_hash *table, struct node *node)
{
	uint32_t *slot = node_hash_slot(table, node->parent, node_data(node), node->name);

	node->next = *slot;
	*slot = slab_number(node);
}

static void node_hash_grow(struct tree *tree)
{
	struct node_hash *table = &tree->node_hash, old = *table;

	table->slot_count = old.slots ? old.slot_count * 2 : NODE_HASH_FIRST;
	table->slots = calloc(table->slot_count, sizeof(*table->slots));
	if (!table->slots) {
		*table = old;
		return;
	}
	table->only = 0;
	for (size_t i = 0; i < (old.slots ? old.slot_count : 1); i++) {
		uint32_t first = old.slots ? old.slots[i] : old.only;

		for (struct node *n = slab_node(tree, first), *next; n; n = next) {
			next = slab_node(tree, n->next);
			chain_node(table, n);
		}
	}
	free(old.slots);
}

void node_hash_add_locked(struct tree *tree, struct node *node)
{
	if (tree->node_hash.count >= tree->node_hash.slot_count * CHAIN_MEAN)
		node_hash_grow(tree);
	chain_node(&tree->node_hash, node);
	tree->node_hash.count++;
}

void node_hash_remove_locked(struct tree *tree, struct node *node)
{
	uint32_t *at =
		node_hash_slot(&tree->node_hash, node->parent, node_data(node), node->name);
	uint32_t number = slab_number(node);

	while (*at != number)
		at = &slab_node(tree, *at)->next;
	*at = node->next;
	node->next = 0;
	tree->node_hash.count--;
}

struct node *node_hash_find_locked(struct tree *tree, const struct node *parent,
	const void *data, const struct interned *name)
{
	uint32_t above = slab_number(parent);
	struct node *n =
		slab_node(tree, *node_hash_slot(&tree->node_hash, above, data, name));

	for (; n; n = slab_node(tree, n->next)) {
		if (n->parent == above && node_data(n) == data && (data || n->name == name))
			return n;
	}
	return NULL;
}
