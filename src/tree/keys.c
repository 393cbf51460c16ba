/* SPDX-License-Identifier: MIT */
/* Which node a directory has under a name, or for an object. */
#include "keys.h"

#include <stdlib.h>
#include "base/hash.h"
#include "name.h"
#include "tree_int.h"

#define KEYS_FIRST 64

void keys_release(struct keys *keys)
{
	free(keys->slots);
	*keys = (struct keys){0};
}

static uint32_t *keys_slot(
	struct keys *keys, uint32_t parent, const void *data, const struct name *name)
{
	uint64_t hash = hash_mix(parent, data ? (uintptr_t)data : name->link.hash);

	return keys->slots ? &keys->slots[hash & (keys->slot_count - 1)] : &keys->only;
}

static void chain_node(struct keys *keys, struct node *node)
{
	uint32_t *slot = keys_slot(keys, node->parent, node_data(node), node->name);

	node->next = *slot;
	*slot = pool_number(node);
}

static void keys_grow(struct tree *tree)
{
	struct keys *keys = &tree->keys, old = *keys;

	keys->slot_count = old.slots ? old.slot_count * 2 : KEYS_FIRST;
	keys->slots = calloc(keys->slot_count, sizeof(*keys->slots));
	if (!keys->slots) {
		*keys = old;
		return;
	}
	keys->only = 0;
	for (size_t i = 0; i < (old.slots ? old.slot_count : 1); i++) {
		uint32_t first = old.slots ? old.slots[i] : old.only;

		for (struct node *n = pool_node(tree, first), *next; n; n = next) {
			next = pool_node(tree, n->next);
			chain_node(keys, n);
		}
	}
	free(old.slots);
}

void keys_add_locked(struct tree *tree, struct node *node)
{
	if (tree->keys.count >= tree->keys.slot_count)
		keys_grow(tree);
	chain_node(&tree->keys, node);
	tree->keys.count++;
}

void keys_remove_locked(struct tree *tree, struct node *node)
{
	uint32_t *at = keys_slot(&tree->keys, node->parent, node_data(node), node->name);
	uint32_t number = pool_number(node);

	while (*at != number)
		at = &pool_node(tree, *at)->next;
	*at = node->next;
	node->next = 0;
	tree->keys.count--;
}

struct node *keys_find_locked(struct tree *tree, const struct node *parent,
	const void *data, const struct name *name)
{
	uint32_t above = pool_number(parent);
	struct node *n = pool_node(tree, *keys_slot(&tree->keys, above, data, name));

	for (; n; n = pool_node(tree, n->next)) {
		if (n->parent == above && node_data(n) == data && (data || n->name == name))
			return n;
	}
	return NULL;
}
