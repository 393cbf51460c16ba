/* SPDX-License-Identifier: MIT */
/* Node ids, lookup counts, and which name is which node.
 *
 * An id is a counter that never repeats. st_ino is something else: a hash of where the node is (or of which object it is),
 * so that a node the kernel forgot and asks for again has the number it had. It has 53 bits, since JavaScript has not more. */
#include "inode.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "name.h"
#include "opened.h"
#include "scratch.h"

#define INO_VIEW (1ULL << 52)

void tree_lock(struct tree *tree)
{
	pthread_mutex_lock(&tree->lock);
}

void tree_unlock(struct tree *tree)
{
	struct node *dead = tree->dead;

	tree->dead = NULL;
	pthread_mutex_unlock(&tree->lock);
	while (dead) {
		struct node *next = dead->next_id;

		if (!dead->ops)
			scratch_free(dead->scratch);
		else if (dead->data && dead->ops->release)
			dead->ops->release(dead->data);
		free(dead);
		dead = next;
	}
}

static uint64_t key_hash(
	const struct node *parent, const void *data, const struct name *name)
{
	return hash_mix((uintptr_t)parent, data ? (uintptr_t)data : name->hash);
}

static uint64_t id_hash_item(const void *item)
{
	return hash_mix(0, ((const struct node *)item)->id);
}

static uint64_t key_hash_item(const void *item)
{
	const struct node *n = item;

	return key_hash(n->parent, n->data, n->name);
}

uint64_t node_ino_of(
	const struct node *parent, const char *name, const struct node_entry *e)
{
	uint64_t h;

	if (e->data && e->key)
		h = hash_mix(parent->ino, e->key);
	else
		h = hash_bytes(parent->ino, name, strlen(name));
	return INO_VIEW | (h & (INO_VIEW - 1));
}

static struct node *node_alloc_locked(struct tree *tree)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->tree = tree;
	n->refs = 1;
	n->id = tree->next_id++;
	table_add(&tree->ids, n);
	return n;
}

struct node *node_ref_locked(struct node *node)
{
	node->refs++;
	return node;
}

/* Nodes below the root are found by their data: a chain of a hundred thousand would be walked for each that goes. */
static bool is_chained(const struct node *node)
{
	return node->ops && node->parent && node->parent->ops && node->parent->parent;
}

static void chain_locked(struct node *node)
{
	if (!is_chained(node))
		return;
	node->next_below = node->parent->first_below;
	node->parent->first_below = node;
}

static void unchain_locked(struct node *node)
{
	struct node **at;

	if (!is_chained(node))
		return;
	for (at = &node->parent->first_below; *at != node; at = &(*at)->next_below)
		;
	*at = node->next_below;
}

static void node_bury_locked(struct tree *tree, struct node *node)
{
	node_orphan_locked(node);
	unchain_locked(node);
	table_remove(&tree->ids, node);
	if (!node->ops)
		scratch_unaccount_locked(tree, node->scratch);
	name_unref_locked(tree, node->name);
	node->next_id = tree->dead;
	tree->dead = node;
}

void node_unref_locked(struct node *node)
{
	struct tree *tree = node->tree;

	assert(node->refs);
	node->refs--;
	while (node && node->refs == 0 && node->nlookup == 0) {
		struct node *parent = node->parent;

		node_bury_locked(tree, node);
		if (parent)
			parent->refs--;
		node = parent;
	}
}

struct node *node_get_locked(struct tree *tree, uint64_t id)
{
	struct node *n = table_first(&tree->ids, hash_mix(0, id));

	while (n && n->id != id)
		n = n->next_id;
	return n ? node_ref_locked(n) : NULL;
}

struct node *node_get(struct tree *tree, uint64_t id)
{
	struct node *n;

	tree_lock(tree);
	n = node_get_locked(tree, id);
	tree_unlock(tree);
	return n;
}

void node_put(struct node *node)
{
	struct tree *tree;

	if (!node)
		return;
	tree = node->tree;
	tree_lock(tree);
	node_unref_locked(node);
	tree_unlock(tree);
}

void node_cleanup(struct node **node)
{
	node_put(*node);
}

void node_orphan_locked(struct node *node)
{
	if (node->bits & BIT_KEYED)
		table_remove(&node->tree->keys, node);
	node->bits &= (uint8_t)~BIT_KEYED;
}

static struct node *find_key_locked(
	const struct node *parent, const struct name *name, const struct node_entry *e)
{
	struct tree *tree = parent->tree;
	struct node *n = table_first(&tree->keys, key_hash(parent, e->data, name));

	for (; n; n = n->next_key) {
		if (n->parent != parent || n->data != e->data)
			continue;
		if (e->data || n->name == name)
			return n;
	}
	return NULL;
}

/* The object has another name now. */
static void node_set_name_locked(struct node *node, struct name *name)
{
	name->refs++;
	name_unref_locked(node->tree, node->name);
	node->name = name;
}

static struct node *node_make_locked(
	struct node *parent, struct name *name, const struct node_entry *e)
{
	struct node *n = node_alloc_locked(parent->tree);

	if (!n)
		return NULL;
	name->refs++;
	n->name = name;
	n->parent = node_ref_locked(parent);
	n->ops = e->ops;
	n->data = e->data;
	n->kind = (uint8_t)e->kind;
	n->flags = (uint8_t)e->flags;
	n->ino = node_ino_of(parent, name->text, e);
	n->bits = BIT_KEYED;
	table_add(&parent->tree->keys, n);
	chain_locked(n);
	return n;
}

struct node *node_of_data_locked(struct tree *tree, const void *data)
{
	struct node *n = table_first(&tree->keys, key_hash(tree->root, data, NULL));

	while (n && (n->parent != tree->root || n->data != data))
		n = n->next_key;
	return n;
}

/* Known already: pinned, and *ret_spare says that the entry's data reference was not needed. */
static struct node *node_find_or_make_locked(
	struct node *parent, struct name *name, const struct node_entry *e, bool *ret_spare)
{
	struct node *n = find_key_locked(parent, name, e);

	*ret_spare = false;
	if (n && (n->ops != e->ops || n->kind != e->kind || n->flags != e->flags)) {
		node_orphan_locked(n);
		n = NULL;
	}
	if (!n)
		return node_make_locked(parent, name, e);
	*ret_spare = true;
	if (n->name != name)
		node_set_name_locked(n, name);
	return node_ref_locked(n);
}

int node_intern(struct node *parent, const char *name, const struct node_entry *entry,
	struct node **ret)
{
	struct tree *tree = parent->tree;
	struct node *n = NULL;
	struct name *shared;
	bool spare = true;

	tree_lock(tree);
	shared = name_get_locked(tree, name);
	if (shared)
		n = node_find_or_make_locked(parent, shared, entry, &spare);
	name_unref_locked(tree, shared);
	tree_unlock(tree);
	if ((spare || !n) && entry->data && entry->ops->release)
		entry->ops->release(entry->data);
	if (!n)
		return -ENOMEM;
	*ret = n;
	return 0;
}

int node_new_scratch_locked(
	struct tree *tree, struct scratch *scratch, bool is_dir, struct node **ret)
{
	struct node *n = node_alloc_locked(tree);

	if (!n)
		return -ENOMEM;
	n->scratch = scratch;
	n->kind = is_dir ? NODE_DIR : NODE_FILE;
	n->flags = is_dir ? NODE_SCRATCH : 0;
	n->ino = n->id;
	*ret = n;
	return 0;
}

int node_move_locked(struct node *node, struct node *parent, const char *name)
{
	struct tree *tree = node->tree;
	struct name *shared = name_get_locked(tree, name);
	struct node *old = node->parent;
	bool keyed = node->bits & BIT_KEYED;

	if (!shared)
		return -ENOMEM;
	node_orphan_locked(node);
	unchain_locked(node);
	name_unref_locked(tree, node->name);
	node->name = shared;
	node->parent = node_ref_locked(parent);
	chain_locked(node);
	if (keyed) {
		table_add(&tree->keys, node);
		node->bits |= BIT_KEYED;
	}
	if (old)
		node_unref_locked(old);
	return 0;
}

void node_count_lookup(struct node *node)
{
	tree_lock(node->tree);
	if (node->nlookup != UINT32_MAX)
		node->nlookup++;
	tree_unlock(node->tree);
}

void tree_forget(struct tree *tree, uint64_t id, uint64_t count)
{
	struct node *n;

	tree_lock(tree);
	n = node_get_locked(tree, id);
	if (n) {
		if (n->nlookup != UINT32_MAX)
			n->nlookup -= count < n->nlookup ? (uint32_t)count : n->nlookup;
		node_unref_locked(n);
	}
	tree_unlock(tree);
}

static int tree_init_tables(struct tree *t)
{
	int r = table_init(&t->ids, offsetof(struct node, next_id), id_hash_item);

	if (r == 0)
		r = table_init(&t->keys, offsetof(struct node, next_key), key_hash_item);
	if (r == 0)
		r = table_init(&t->names, offsetof(struct name, next), name_hash_item);
	if (r == 0)
		r = scratch_init_tables(t);
	return r;
}

int tree_new(const struct node_entry *root, const struct tree_options *options,
	struct tree **ret)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (t) {
		pthread_mutex_init(&t->lock, NULL);
		pthread_rwlock_init(&t->grants, NULL);
		t->options = *options;
		if (!t->options.scratch_max)
			t->options.scratch_max = TREE_SCRATCH_MAX_DEFAULT;
		t->next_id = TREE_ROOT_ID;
	}
	if (!t || tree_init_tables(t) < 0 || !(t->root = node_alloc_locked(t))) {
		if (root->data && root->ops->release)
			root->ops->release(root->data);
		tree_free(t);
		return -ENOMEM;
	}
	t->root->ops = root->ops;
	t->root->data = root->data;
	t->root->kind = NODE_DIR;
	t->root->flags = (uint8_t)root->flags;
	t->root->ino = TREE_ROOT_ID;
	*ret = t;
	return 0;
}

/* At the end the kernel forgets without saying so. */
static void tree_forget_all_locked(struct tree *t)
{
	for (size_t i = 0; i < t->ids.slot_count; i++) {
		struct node *n = t->ids.slots[i];

		while (n) {
			uint64_t id = n->id;

			n->nlookup = 0;
			n->refs++;
			node_unref_locked(n);
			/* The chain changed: start over unless this node stays in it. */
			n = t->ids.slots[i];
			while (n && n->id != id)
				n = n->next_id;
			n = n ? n->next_id : t->ids.slots[i];
		}
	}
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	opened_drop_all(t);
	tree_lock(t);
	if (t->root) {
		scratch_drop_all_locked(t);
		t->root->refs++;
		tree_forget_all_locked(t);
		t->root->refs--;
		node_unref_locked(t->root);
	}
	tree_unlock(t);
	table_release(&t->ids);
	table_release(&t->keys);
	table_release(&t->names);
	table_release(&t->entries);
	table_release(&t->overlays);
	pthread_rwlock_destroy(&t->grants);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

void tree_stats(struct tree *tree, struct tree_stats *ret)
{
	tree_lock(tree);
	*ret = (struct tree_stats){
		.nodes = tree->ids.count,
		.handles = tree->handles,
		.scratch_nodes = tree->scratch_nodes,
		.scratch_bytes = tree->scratch_used,
		.scratch_max = tree->options.scratch_max,
	};
	tree_unlock(tree);
}
