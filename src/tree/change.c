/* SPDX-License-Identifier: MIT */
/* Who must ask again when something changed. A file whose pages are shared leaves its name to another node (share.c). */
#include "tree/change.h"

#include <stdlib.h>
#include <string.h>
#include "inode.h"
#include "name.h"
#include "share.h"

/* What to tell, gathered under the lock. */
struct told {
	uint64_t id;
	uint64_t dir;	   /* 0: the attributes only */
	struct name *name; /* counted; NULL likewise */
};

struct telling {
	struct told *items; /* owned */
	size_t count, cap;
};

void tree_set_notifier(struct tree *tree, const struct tree_notifier *notifier)
{
	tree->notifier = notifier;
}

static struct told *telling_add(struct telling *t)
{
	if (t->count == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		struct told *items = realloc(t->items, cap * sizeof(*items));

		if (!items)
			return NULL;
		t->items = items;
		t->cap = cap;
	}
	return &t->items[t->count++];
}

/* Without memory the kernel goes on with what it has until its time is over. */
static void touch_node_locked(struct telling *t, struct node *n)
{
	struct told *told = n->nlookup ? telling_add(t) : NULL;

	if (!told)
		return;
	*told = (struct told){.id = node_id(n)};
	if (!n->parent)
		return;
	told->dir = node_id(parent_of(n));
	told->name = n->name;
	n->name->refs++;
}

static void touch_below_locked(struct telling *t, struct node *n)
{
	touch_node_locked(t, n);
	n->bits |= BIT_TOUCHED;
	if (n->kind == NODE_FILE)
		share_freeze_locked(n);
	if (n->kind != NODE_DIR)
		return;
	for (struct node *below = pool_node(node_tree(n), n->first_below); below;
		below = pool_node(node_tree(n), below->next_below))
		touch_below_locked(t, below);
}

static void tell(struct tree *tree, const struct telling *t)
{
	const struct tree_notifier *n = tree->notifier;

	for (size_t i = 0; i < t->count; i++)
		n->attr(n->arg, t->items[i].id);
	for (size_t i = 0; i < t->count; i++) {
		if (t->items[i].name)
			n->name(n->arg, t->items[i].dir, t->items[i].name->text);
	}
}

static void telling_release(struct tree *tree, struct telling *t)
{
	tree_lock(tree);
	for (size_t i = 0; i < t->count; i++)
		name_unref_locked(tree, t->items[i].name);
	tree_unlock(tree);
	free(t->items);
}

void tree_change_begin(struct tree *tree)
{
	if (tree)
		atomic_fetch_add(&tree->changing, 1);
}

/* What was answered before is with the kernel when the lock is had; what is answered later sees the new stamp. */
static void end_grants(struct tree *tree)
{
	pthread_rwlock_wrlock(&tree->grants);
	atomic_fetch_add(&tree->stamp, 1);
	pthread_rwlock_unlock(&tree->grants);
}

void tree_change_touch(struct tree *tree, const void *data)
{
	struct telling t = {0};
	struct node *n;

	if (!tree || !tree->notifier)
		return;
	end_grants(tree);
	tree_lock(tree);
	n = node_of_data_locked(tree, data);
	if (n)
		touch_below_locked(&t, n);
	tree_unlock(tree);
	tree->notifier->attr(tree->notifier->arg, TREE_ROOT_ID);
	tell(tree, &t);
	telling_release(tree, &t);
}

void change_tell_again(const struct node *node)
{
	const struct tree_notifier *n = node_tree(node)->notifier;

	if (n)
		n->attr(n->arg, node_id(node));
}

void tree_change_end(struct tree *tree)
{
	if (tree)
		atomic_fetch_sub(&tree->changing, 1);
}

uint64_t tree_stamp(struct tree *tree)
{
	return atomic_load(&tree->stamp);
}

bool tree_grant_begin(struct tree *tree, uint64_t stamp)
{
	pthread_rwlock_rdlock(&tree->grants);
	return tree->notifier && atomic_load(&tree->stamp) == stamp;
}

void tree_grant_end(struct tree *tree)
{
	pthread_rwlock_unlock(&tree->grants);
}
