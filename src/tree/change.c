/* SPDX-License-Identifier: MIT */
/* Which attributes the kernel must drop when an object changes, and which answers it may keep. */
#include "tree/change.h"

#include "entry.h"
#include "move.h"

#define IDS_MAX ((size_t)SLAB_CHUNKS * SLAB_CHUNK_SLOTS * sizeof(uint64_t)) /* bytes */

void tree_set_notifier(struct tree *tree, const struct tree_notifier *notifier)
{
	tree->notifier = notifier;
}

void change_invalidate(struct tree *tree, uint64_t id)
{
	const struct tree_notifier *n = tree->notifier;

	if (n)
		n->attr(n->arg, id);
}

/* Collects the ids that the kernel knows of a node and all that is below it. If there is no memory
 * for an id, the kernel keeps its attributes until they expire. */
static void add_ids_locked(struct buf *ids, const struct node *n)
{
	uint64_t id = node_id(n);

	if (n->nlookup)
		buf_add(ids, &id, sizeof(id));
	if (n->kind != NODE_DIR)
		return;
	for (n = first_below(n); n; n = next_below(n))
		add_ids_locked(ids, n);
}

static void invalidate_ids(struct tree *tree, const struct buf *ids)
{
	const uint64_t *at = (const void *)ids->data;

	change_invalidate(tree, TREE_ROOT_ID);
	for (size_t i = 0; i < ids->len / sizeof(*at); i++)
		change_invalidate(tree, at[i]);
}

/* The node with this data below the root, not pinned; NULL if the kernel has not looked it up. */
static struct node *node_of_data_locked(struct tree *tree, const void *data)
{
	return node_hash_find_locked(tree, tree->root, data, NULL);
}

/* Once the lock is held, the kernel has all answers that were sent with a lease. Later answers see
 * the new generation. */
static void end_leases(struct tree *tree)
{
	pthread_rwlock_wrlock(&tree->leases);
	atomic_fetch_add(&tree->generation, 1);
	pthread_rwlock_unlock(&tree->leases);
}

void tree_change_touch(struct tree *tree, const void *data)
{
	CLEANUP_BUF struct buf ids = BUF_INIT(IDS_MAX);
	struct node *n;

	if (!tree || !tree->notifier)
		return;
	end_leases(tree);
	tree_lock(tree);
	n = node_of_data_locked(tree, data);
	if (n)
		add_ids_locked(&ids, n);
	tree_unlock(tree);
	invalidate_ids(tree, &ids);
}

void tree_change_gone(struct tree *tree, const void *data)
{
	CLEANUP_BUF struct buf ids = BUF_INIT(IDS_MAX);
	struct node *n;

	if (!tree)
		return;
	end_leases(tree);
	tree_lock(tree);
	n = node_of_data_locked(tree, data);
	if (n) {
		add_ids_locked(&ids, n);
		node_ref_locked(n);
		dir_gone_locked(n);
		n->bits |= BIT_LOST;
		node_unref_locked(n);
	}
	tree_unlock(tree);
	invalidate_ids(tree, &ids);
}

uint64_t tree_generation(struct tree *tree)
{
	return atomic_load(&tree->generation);
}

bool tree_lease_begin(struct tree *tree, uint64_t generation)
{
	pthread_rwlock_rdlock(&tree->leases);
	return tree->notifier && atomic_load(&tree->generation) == generation;
}

void tree_lease_end(struct tree *tree)
{
	pthread_rwlock_unlock(&tree->leases);
}
