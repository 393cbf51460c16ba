/* SPDX-License-Identifier: MIT */
/* Makes, counts and frees a tree. */
#include "tree/tree.h"

#include <errno.h>
#include <stdlib.h>
#include "entry.h"
#include "scratch.h"

int tree_new(const struct node_entry *root, const struct tree_options *options,
	struct tree **ret)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (t) {
		pthread_mutex_init(&t->lock, NULL);
		pthread_rwlock_init(&t->leases, NULL);
		t->options = *options;
		if (!t->options.scratch_max)
			t->options.scratch_max = TREE_SCRATCH_MAX_DEFAULT;
		t->last_scratch_ino = TREE_ROOT_ID;
		t->root = node_slab_take_locked(t);
	}
	if (!t || !t->root) {
		node_entry_drop(root);
		tree_free(t);
		return -ENOMEM;
	}
	t->root->ops = root->ops;
	t->root->data = root->data;
	t->root->has_data = true;
	t->root->kind = NODE_DIR;
	t->root->flags = (uint8_t)root->flags;
	*ret = t;
	return 0;
}

/* At the end of a mount the kernel sends no FORGET. A directory goes with the last node below it.
 */
static void tree_forget_all_locked(struct tree *t)
{
	for (uint32_t i = 1; i < t->node_slab.end; i++) {
		struct node *n = i % SLAB_CHUNK_SLOTS ? slab_node(t, i) : NULL;

		if (!n || (!n->nlookup && !n->refs))
			continue;
		n->nlookup = 0;
		node_ref_locked(n);
		overlay_purge_locked(n);
		node_unref_locked(n);
	}
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	while (!LIST_EMPTY(&t->open_list))
		LIST_FIRST(&t->open_list)->drop(LIST_FIRST(&t->open_list));
	tree_lock(t);
	if (t->root) {
		tree_forget_all_locked(t);
		node_unref_locked(t->root);
	}
	tree_unlock(t);
	node_hash_release(&t->node_hash);
	map_release(&t->interns);
	map_release(&t->entries);
	map_release(&t->overlays);
	node_slab_release(&t->node_slab);
	pthread_rwlock_destroy(&t->leases);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

int tree_scratch_charge(struct tree *tree, uint64_t bytes)
{
	int r;

	tree_lock(tree);
	r = scratch_charge_locked(tree, NULL, bytes);
	tree_unlock(tree);
	return r;
}

void tree_scratch_refund(struct tree *tree, uint64_t bytes)
{
	tree_lock(tree);
	scratch_refund_locked(tree, NULL, bytes);
	tree_unlock(tree);
}

void tree_stats(struct tree *tree, struct tree_stats *ret)
{
	tree_lock(tree);
	*ret = (struct tree_stats){
		.nodes = tree->node_slab.count,
		.handles = tree->handles,
		.scratch_nodes = tree->scratch_nodes,
		.scratch_bytes = tree->scratch_used,
		.scratch_max = tree->options.scratch_max,
	};
	tree_unlock(tree);
}
