/* SPDX-License-Identifier: MIT */
/* Which attributes the kernel must ask for again when something changed, and what may be kept. */
#include "tree/change.h"

#include "entry.h"
#include "move.h"

#define IDS_MAX ((size_t)SLAB_CHUNKS * SLAB_CHUNK_SLOTS * sizeof(uint64_t)) /* bytes */

void tree_set_notifier(struct tree *tree, const struct tree_notifier *notifier)
{
	tree->notifier = notifier;
}

void change_tell(struct tree *tree, uint64_t id)
{
	const struct tree_notifier *n = tree->notifier;

	if (n)
		n->attr(n->arg, id);
}

/* Gathers the ids that the kernel knows, of a node and what is below it. Without memory the kernel
 * goes on with what it has until its time is over. */
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

static void tell(struct tree *tree, const struct buf *ids)
{
	const uint64_t *at = (const void *)ids->data;

	change_tell(tree, TREE_ROOT_ID);
	for (size_t i = 0; i < ids->len / sizeof(*at); i++)
		change_tell(tree, at[i]);
}

/* The node with this data below the root, not pinned; NULL: the kernel has not asked for it. */
static struct node *node_of_data_locked(struct tree *tree, const void *data)
{
	return node_hash_find_locked(tree, tree->root, data, NULL);
}

/* What was answered before is with the kernel when the lock is had; what is answered later sees
 * the new generation. */
static void end_grants(struct tree *tree)
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
	end_grants(tree);
	tree_lock(tree);
	n = node_of_data_locked(tree, data);
	if (n)
		add_ids_locked(&ids, n);
	tree_unlock(tree);
	tell(tree, &ids);
}

void tree_change_gone(struct tree *tree, const void *data)
{
	CLEANUP_BUF struct buf ids = BUF_INIT(IDS_MAX);
	struct node *n;

	if (!tree)
		return;
	end_grants(tree);
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
	tell(tree, &ids);
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
