/* SPDX-License-Identifier: MIT */
/* The life of nodes: references, lookup counts, names and inode numbers.
 *
 * node_slab.h makes the ids. st_ino is another number: a hash of the node's place, or of its
 * object, so that a node that the kernel has forgotten and looks up again has the same number. It
 * has 53 bits, since JavaScript numbers hold no more. */
#include "inode.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "intern.h"
#include "scratch.h"

#define INO_VIEW (1ULL << 52)

void tree_lock(struct tree *tree)
{
	pthread_mutex_lock(&tree->lock);
}

/* Frees the nodes of a dead list. Takes the lock. */
static void release_dead(struct tree *tree, uint32_t dead)
{
	struct node *n;

	for (n = slab_node(tree, dead); n; n = slab_node(tree, n->next)) {
		if (!n->ops)
			scratch_free(n->scratch);
		else if (node_data(n) && n->ops->release)
			n->ops->release(node_data(n));
	}
	pthread_mutex_lock(&tree->lock);
	while ((n = slab_node(tree, dead))) {
		dead = n->next;
		node_slab_give_locked(n);
	}
	pthread_mutex_unlock(&tree->lock);
}

void tree_unlock(struct tree *tree)
{
	uint32_t dead = tree->dead;

	tree->dead = 0;
	pthread_mutex_unlock(&tree->lock);
	if (dead)
		release_dead(tree, dead);
}

static uint64_t ino_of_hash(uint64_t hash)
{
	return INO_VIEW | (hash & (INO_VIEW - 1));
}

static uint64_t ino_of_data(const struct node_ops *ops, const void *data)
{
	return ino_of_hash(hash_mix(TREE_ROOT_ID, ops->key(data)));
}

uint64_t node_ino_of(
	const struct node *parent, const char *name, const struct node_entry *e)
{
	if (e->data)
		return ino_of_data(e->ops, e->data);
	return ino_of_hash(hash_bytes(node_ino(parent), name, strlen(name)));
}

uint64_t node_ino(const struct node *node)
{
	if (node_is_scratch(node))
		return node->scratch->ino;
	if (!node->has_data)
		return node->ino;
	return node->ops->key ? ino_of_data(node->ops, node->data) : TREE_ROOT_ID;
}

struct node *node_ref_locked(struct node *node)
{
	node->refs++;
	return node;
}

/* Whether the node is in its parent's ring. Children of the root are not: there may be a hundred
 * thousand, a ring would be walked for each that goes, and their data finds them. */
static bool is_chained(const struct node *node)
{
	const struct node *parent = parent_of(node);

	return node->ops && parent && parent->ops && parent->parent;
}

static void chain_locked(struct node *node)
{
	struct node *parent = parent_of(node), *last;

	if (!is_chained(node))
		return;
	last = slab_node(node_tree(node), parent->last_below);
	parent->last_below = slab_number(node);
	if (!last) {
		node->next_below = parent->last_below;
		return;
	}
	node->next_below = last->next_below;
	last->next_below = parent->last_below;
}

/* Cheap in practice: the kernel mostly forgets nodes in the order in which it looked them up, and
 * the walk begins with the oldest. */
static void unchain_locked(struct node *node)
{
	struct tree *tree = node_tree(node);
	struct node *parent = parent_of(node), *before;
	uint32_t number = slab_number(node);

	if (!is_chained(node))
		return;
	before = slab_node(tree, parent->last_below);
	while (before->next_below != number)
		before = slab_node(tree, before->next_below);
	before->next_below = node->next_below;
	if (parent->last_below == number)
		parent->last_below = before == node ? 0 : slab_number(before);
}

static void node_bury_locked(struct tree *tree, struct node *node)
{
	unchain_locked(node);
	node_slab_retire_locked(node);
	if (!node->ops) {
		scratch_refund_locked(tree, node->scratch, node->scratch->charged);
		tree->scratch_nodes--;
	}
	intern_unref_locked(tree, node->name);
	node->next = tree->dead;
	tree->dead = slab_number(node);
}

/* Frees the text of a scratch file whose place another node has taken. The kernel may hold its id
 * for as long as it likes. */
static void forget_text_locked(struct node *node)
{
	if (node_was_replaced_locked(node))
		scratch_truncate_locked(node_tree(node), node->scratch, 0);
}

/* Drops a reference. A node that neither the tree nor the kernel holds any more goes to pending. */
static void node_drop_locked(struct node *node, uint32_t *pending)
{
	assert(node->refs);
	node->refs--;
	if (node->refs)
		return;
	if (node->nlookup) {
		forget_text_locked(node);
		return;
	}
	node_orphan_locked(node);
	node->next = *pending;
	*pending = slab_number(node);
}

/* A node that dies drops references to others, which may then die as well. Not recursive, since the
 * kernel decides how long that chain is. */
void node_unref_locked(struct node *node)
{
	struct tree *tree = node_tree(node);
	uint32_t pending = 0;

	node_drop_locked(node, &pending);
	while ((node = slab_node(tree, pending))) {
		struct node *parent = parent_of(node);
		struct node *became =
			node->bits & BIT_MOVED ? slab_node(tree, node->became) : NULL;

		pending = node->next;
		node_bury_locked(tree, node);
		if (parent)
			node_drop_locked(parent, &pending);
		if (became)
			node_drop_locked(became, &pending);
	}
}

/* What a node has become never changes back, so a chain of such nodes can be shortened. */
struct node *node_now_locked(struct node *node)
{
	struct tree *tree = node_tree(node);
	struct node *now = node, *next;

	while (now->bits & BIT_MOVED)
		now = slab_node(tree, now->became);
	if (node == now || (next = slab_node(tree, node->became)) == now)
		return now;
	node->became = slab_number(node_ref_locked(now));
	node_unref_locked(next);
	return now;
}

bool node_was_replaced_locked(const struct node *node)
{
	return node_is_scratch(node) && node->kind != NODE_DIR &&
	       node->bits & (BIT_MOVED | BIT_GONE);
}

void node_become_locked(struct node *node, struct node *became)
{
	assert(!(node->bits & BIT_MOVED) && !node_is_view(node, NODE_DIR));
	if (node == became)
		return;
	node_orphan_locked(node);
	node->bits |= BIT_MOVED;
	node->became = slab_number(node_ref_locked(became));
}

struct node *node_get(struct tree *tree, uint64_t id)
{
	struct node *n;

	tree_lock(tree);
	n = node_slab_find_locked(tree, id);
	if (n)
		n = node_ref_locked(node_now_locked(n));
	tree_unlock(tree);
	return n;
}

void node_put(struct node *node)
{
	struct tree *tree;

	if (!node)
		return;
	tree = node_tree(node);
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
		node_hash_remove_locked(node_tree(node), node);
	node->bits &= (uint8_t)~BIT_KEYED;
}

/* Renames a node whose object has another name now. */
static void node_set_name_locked(struct node *node, struct interned *name)
{
	name->refs++;
	intern_unref_locked(node_tree(node), node->name);
	node->name = name;
}

static struct node *node_make_locked(
	struct node *parent, struct interned *name, const struct node_entry *e)
{
	struct node *n = node_slab_take_locked(node_tree(parent));

	if (!n)
		return NULL;
	name->refs++;
	n->name = name;
	n->parent = slab_number(node_ref_locked(parent));
	n->ops = e->ops;
	assert(!e->data || e->kind == NODE_DIR);
	n->kind = (uint8_t)e->kind;
	n->flags = (uint8_t)e->flags;
	n->bits = BIT_KEYED | (parent->bits & BIT_GONE);
	n->has_data = e->data != NULL;
	if (e->data)
		n->data = e->data;
	else
		n->ino = node_ino_of(parent, name->text, e);
	node_hash_add_locked(node_tree(parent), n);
	chain_locked(n);
	return n;
}

/* The node of the entry, pinned; NULL if there is no memory. *ret_spare: the node existed, so the
 * caller must drop the entry's data reference. */
static struct node *node_find_or_make_locked(struct node *parent, struct interned *name,
	const struct node_entry *e, bool *ret_spare)
{
	struct node *n = node_hash_find_locked(node_tree(parent), parent, e->data, name);

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
	struct tree *tree = node_tree(parent);
	struct node *n = NULL;
	struct interned *shared;
	bool spare = true;

	tree_lock(tree);
	shared = intern_get_locked(tree, name);
	if (shared)
		n = node_find_or_make_locked(parent, shared, entry, &spare);
	intern_unref_locked(tree, shared);
	tree_unlock(tree);
	if (spare || !n)
		node_entry_drop(entry);
	if (!n)
		return -ENOMEM;
	*ret = n;
	return 0;
}

void node_set_home_locked(struct node *node, struct node *dir)
{
	struct node *old = parent_of(node);

	node->parent = slab_number(node_ref_locked(dir));
	if (old)
		node_unref_locked(old);
}

int node_move_locked(struct node *node, struct node *parent, const char *name)
{
	struct tree *tree = node_tree(node);
	struct interned *shared = intern_get_locked(tree, name);
	struct node *old = parent_of(node);
	bool keyed = node->bits & BIT_KEYED;

	if (!shared)
		return -ENOMEM;
	node_orphan_locked(node);
	unchain_locked(node);
	intern_unref_locked(tree, node->name);
	node->name = shared;
	node->parent = slab_number(node_ref_locked(parent));
	chain_locked(node);
	if (keyed) {
		node_hash_add_locked(tree, node);
		node->bits |= BIT_KEYED;
	}
	if (old)
		node_unref_locked(old);
	return 0;
}

void node_count_lookup(struct node *node)
{
	tree_lock(node_tree(node));
	if (node->nlookup != UINT32_MAX)
		node->nlookup++;
	tree_unlock(node_tree(node));
}

int node_refused(struct node *node, const char *what, const char *name, int r)
{
	if (node->ops && node->ops->refused)
		node->ops->refused(node, what, name, -r);
	return r;
}

/* The count belongs to the id's own node, whatever node the id stands for. */
void tree_forget(struct tree *tree, uint64_t id, uint64_t count)
{
	struct node *n;

	tree_lock(tree);
	n = node_slab_find_locked(tree, id);
	if (n) {
		node_ref_locked(n);
		if (n->nlookup != UINT32_MAX)
			n->nlookup -= count < n->nlookup ? (uint32_t)count : n->nlookup;
		node_unref_locked(n);
	}
	tree_unlock(tree);
}
