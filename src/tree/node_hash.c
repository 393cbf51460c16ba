/* SPDX-License-Identifier: MIT */
/* Which node a directory has under a name, or for an object. */
#include "node_hash.h"

#include <stdlib.h>
#include "base/hash.h"
#include "intern.h"
#include "tree_int.h"

#define KEYS_FIRST 64

void node_hash_release(struct node_hash *keys)
{
	free(keys->slots);
	*keys = (struct node_hash){0};
}

static uint32_t *node_hash_slot(struct node_hash *keys, uint32_t parent, const void *data,
	const struct interned *name)
{
	uint64_t hash = hash_mix(parent, data ? (uintptr_t)data : name->link.hash);

	return keys->slots ? &keys->slots[hash & (keys->slot_count - 1)] : &keys->only;
}

static void chain_node(struct node_hash *keys, struct node *node)
{
	uint32_t *slot = node_hash_slot(keys, node->parent, node_data(node), node->name);

	node->next = *slot;
	*slot = slab_number(node);
}

static void node_hash_grow(struct tree *tree)
{
	struct node_hash *keys = &tree->keys, old = *keys;

	keys->slot_count = old.slots ? old.slot_count * 2 : KEYS_FIRST;
	keys->slots = calloc(keys->slot_count, sizeof(*keys->slots));
	if (!keys->slots) {
		*keys = old;
		return;
	}
	keys->only = 0;
	for (size_t i = 0; i < (old.slots ? old.slot_count : 1); i++) {
		uint32_t first = old.slots ? old.slots[i] : old.only;

		for (struct node *n = slab_node(tree, first), *next; n; n = next) {
			next = slab_node(tree, n->next);
			chain_node(keys, n);
		}
	}
	free(old.slots);
}

void node_hash_add_locked(struct tree *tree, struct node *node)
{
	if (tree->keys.count >= tree->keys.slot_count)
		node_hash_grow(tree);
	chain_node(&tree->keys, node);
	tree->keys.count++;
}

void node_hash_remove_locked(struct tree *tree, struct node *node)
{
	uint32_t *at =
		node_hash_slot(&tree->keys, node->parent, node_data(node), node->name);
	uint32_t number = slab_number(node);

	while (*at != number)
		at = &slab_node(tree, *at)->next;
	*at = node->next;
	node->next = 0;
	tree->keys.count--;
}

struct node *node_hash_find_locked(struct tree *tree, const struct node *parent,
	const void *data, const struct interned *name)
{
	uint32_t above = slab_number(parent);
	struct node *n = slab_node(tree, *node_hash_slot(&tree->keys, above, data, name));

	for (; n; n = slab_node(tree, n->next)) {
		if (n->parent == above && node_data(n) == data && (data || n->name == name))
			return n;
	}
	return NULL;
}
