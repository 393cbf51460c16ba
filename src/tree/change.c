/* SPDX-License-Identifier: MIT */
/* Which attributes the kernel must ask for again when something changed, and what may be kept. */
#include "tree/change.h"

#include <stdlib.h>
#include "entry.h"

/* The ids to tell, gathered under the lock. */
struct told {
	uint64_t *ids; /* owned */
	size_t count, cap;
};

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

/* Without memory the kernel goes on with what it has until its time is over. */
static void told_add_locked(struct told *t, const struct node *n)
{
	if (!n->nlookup)
		return;
	if (t->count == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		uint64_t *ids = realloc(t->ids, cap * sizeof(*ids));

		if (!ids)
			return;
		t->ids = ids;
		t->cap = cap;
	}
	t->ids[t->count++] = node_id(n);
}

static void told_add_below_locked(struct told *t, const struct node *n)
{
	told_add_locked(t, n);
	if (n->kind != NODE_DIR)
		return;
	for (n = first_below(n); n; n = next_below(n))
		told_add_below_locked(t, n);
}

static void tell(struct tree *tree, struct told *t)
{
	change_tell(tree, TREE_ROOT_ID);
	for (size_t i = 0; i < t->count; i++)
		change_tell(tree, t->ids[i]);
	free(t->ids);
}

/* What was answered before is with the kernel when the lock is had; what is answered later sees
 * the new generation. */
static void end_grants(struct tree *tree)
{
	pthread_rwlock_wrlock(&tree->grants);
	atomic_fetch_add(&tree->generation, 1);
	pthread_rwlock_unlock(&tree->grants);
}

void tree_change_touch(struct tree *tree, const void *data)
{
	struct told t = {0};
	struct node *n;

	if (!tree || !tree->notifier)
		return;
	end_grants(tree);
	tree_lock(tree);
	n = node_of_data_locked(tree, data);
	if (n)
		told_add_below_locked(&t, n);
	tree_unlock(tree);
	tell(tree, &t);
}

void tree_change_gone(struct tree *tree, const void *data)
{
	struct told t = {0};
	struct node *n;

	if (!tree)
		return;
	end_grants(tree);
	tree_lock(tree);
	n = node_of_data_locked(tree, data);
	if (n) {
		told_add_below_locked(&t, n);
		node_ref_locked(n);
		dir_gone_locked(n);
		n->bits |= BIT_LOST;
		node_unref_locked(n);
	}
	tree_unlock(tree);
	tell(tree, &t);
}

uint64_t tree_generation(struct tree *tree)
{
	return atomic_load(&tree->generation);
}

bool tree_grant_begin(struct tree *tree, uint64_t generation)
{
	pthread_rwlock_rdlock(&tree->grants);
	return tree->notifier && atomic_load(&tree->generation) == generation;
}

void tree_grant_end(struct tree *tree)
{
	pthread_rwlock_unlock(&tree->grants);
}
