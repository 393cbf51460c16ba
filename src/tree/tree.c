/* SPDX-License-Identifier: MIT */
/* A tree is made, counted and freed. */
#include "tree/tree.h"

#include <errno.h>
#include <stdlib.h>
#include "inode.h"
#include "name.h"
#include "opened.h"
#include "scratch.h"

static int tree_init_tables(struct tree *t)
{
	int r = keys_init(&t->keys);

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
		t->next_scratch = TREE_ROOT_ID;
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

/* At the end the kernel forgets without saying so. Directories go with the last node below
 * them. */
static void tree_forget_all_locked(struct tree *t)
{
	for (uint32_t i = 1; i < t->pool.end; i++) {
		struct node *n = i % POOL_CHUNK_SLOTS ? pool_node(t, i) : NULL;

		if (!n || (!n->nlookup && !n->refs))
			continue;
		n->nlookup = 0;
		n->refs++;
		node_unref_locked(n);
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
	keys_release(&t->keys);
	table_release(&t->names);
	table_release(&t->entries);
	table_release(&t->overlays);
	pool_release(&t->pool);
	pthread_rwlock_destroy(&t->grants);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

void tree_stats(struct tree *tree, struct tree_stats *ret)
{
	tree_lock(tree);
	*ret = (struct tree_stats){
		.nodes = tree->pool.count,
		.handles = tree->handles,
		.scratch_nodes = tree->scratch_nodes,
		.scratch_bytes = tree->scratch_used,
		.scratch_max = tree->options.scratch_max,
	};
	tree_unlock(tree);
}
