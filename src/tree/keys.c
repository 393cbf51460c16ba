/* SPDX-License-Identifier: MIT */
/* Which node a directory has under a name, or for an object. */
#include "keys.h"

#include <errno.h>
#include <stdlib.h>
#include "inode.h"
#include "name.h"

#define KEYS_FIRST 64

int keys_init(struct keys *keys)
{
	*keys = (struct keys){.slot_count = KEYS_FIRST};
	keys->slots = calloc(keys->slot_count, sizeof(*keys->slots));
	return keys->slots ? 0 : -ENOMEM;
}

void keys_release(struct keys *keys)
{
	free(keys->slots);
	keys->slots = NULL;
}

static uint32_t *slot_of(
	const struct keys *keys, uint32_t parent, const void *data, const struct name *name)
{
	uint64_t hash = hash_mix(parent, data ? (uintptr_t)data : name->hash);

	return &keys->slots[hash & (keys->slot_count - 1)];
}

static uint32_t *slot_of_node(const struct keys *keys, const struct node *node)
{
	return slot_of(keys, node->parent, node_data(node), node->name);
}

static void keys_grow(struct tree *tree)
{
	struct keys *keys = &tree->keys, old = *keys;
	uint32_t *slots = calloc(old.slot_count * 2, sizeof(*slots));

	if (!slots)
		return;
	keys->slots = slots;
	keys->slot_count *= 2;
	for (size_t i = 0; i < old.slot_count; i++) {
		struct node *next;

		for (struct node *n = pool_node(tree, old.slots[i]); n; n = next) {
			uint32_t *slot = slot_of_node(keys, n);

			next = pool_node(tree, n->next);
			n->next = *slot;
			*slot = pool_number(n);
		}
	}
	free(old.slots);
}

void keys_add_locked(struct tree *tree, struct node *node)
{
	uint32_t *slot;

	if (tree->keys.count >= tree->keys.slot_count)
		keys_grow(tree);
	slot = slot_of_node(&tree->keys, node);
	node->next = *slot;
	*slot = pool_number(node);
	tree->keys.count++;
}

void keys_remove_locked(struct tree *tree, struct node *node)
{
	uint32_t *at = slot_of_node(&tree->keys, node), number = pool_number(node);

	while (*at && *at != number)
		at = &pool_node(tree, *at)->next;
	if (!*at)
		return;
	*at = node->next;
	node->next = 0;
	tree->keys.count--;
}

struct node *keys_find_locked(struct tree *tree, const struct node *parent,
	const void *data, const struct name *name)
{
	uint32_t above = pool_number(parent);
	struct node *n = pool_node(tree, *slot_of(&tree->keys, above, data, name));

	for (; n; n = pool_node(tree, n->next)) {
		if (n->parent == above && node_data(n) == data && (data || n->name == name))
			return n;
	}
	return NULL;
}
