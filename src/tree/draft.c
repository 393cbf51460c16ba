/* SPDX-License-Identifier: MIT */
/* Drafts: scratch directories directly below a NODE_DRAFTS directory, in which a user writes the
 * files of an object that does not exist yet. A rename into a directory of the view makes the
 * object: ops->publish reads the draft through node_draft_walk and node_draft_read. From then on
 * the draft's id stands for the object. The files that the view claims are removed, and all others
 * stay beside the object's as scratch. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "entry.h"
#include "intern.h"
#include "node_io.h"
#include "move.h"
#include "scratch.h"
#include "tree/change.h"

#define DRAFT_MAX (1u << 24) /* entries */

struct node_draft {
	struct node *dir; /* borrowed: the rename holds it */
};

/* One call of a walk, collected under the lock. */
struct item {
	char *path; /* owned */
	mode_t type;
	uint64_t size;
};

static void walk_release(struct buf *items)
{
	for (size_t i = 0; i < items->len; i += sizeof(struct item))
		free(((struct item *)(void *)(items->data + i))->path);
	buf_release(items);
}

static int walk_add(struct buf *items, const char *path, const struct scratch *s)
{
	struct item item = {.path = strdup(path),
		.type = s->mode & S_IFMT,
		.size = S_ISDIR(s->mode) ? 0 : s->size};
	int r = item.path ? buf_add(items, &item, sizeof(item)) : -ENOMEM;

	if (r < 0)
		free(item.path);
	return r;
}

/* path has room for NODE_PATH_MAX bytes and begins with the directory's path, of len bytes. Its
 * size also bounds the recursion. */
static int gather_locked(struct buf *items, const struct node *dir, char *path, size_t len)
{
	const struct overlay *o = overlay_find_locked(dir);
	int r = 0;

	for (const struct scratch_entry *e = o ? TAILQ_FIRST(&o->entries) : NULL;
		e && r == 0; e = TAILQ_NEXT(e, order)) {
		int n = snprintf(path + len, NODE_PATH_MAX - len, "%s%s", len ? "/" : "",
			e->name->text);

		if ((size_t)n >= NODE_PATH_MAX - len)
			return -ENAMETOOLONG;
		r = walk_add(items, path, e->node->scratch);
		if (r == 0 && e->node->kind == NODE_DIR)
			r = gather_locked(items, e->node, path, len + (size_t)n);
	}
	return r;
}

int node_draft_walk(const struct node_draft *draft,
	int (*fn)(void *arg, const char *path, mode_t type, uint64_t size), void *arg)
{
	struct tree *tree = node_tree(draft->dir);
	char path[NODE_PATH_MAX];
	CLEANUP(walk_release) struct buf items = BUF_INIT(DRAFT_MAX * sizeof(struct item));
	int r;

	tree_lock(tree);
	r = gather_locked(&items, draft->dir, path, 0);
	tree_unlock(tree);
	for (size_t i = 0; i < items.len && r == 0; i += sizeof(struct item)) {
		const struct item *item = (const void *)(items.data + i);

		r = fn(arg, item->path, item->type, item->size);
	}
	return r;
}

static int find_locked(const struct node *dir, const char *path, const struct node **ret)
{
	char name[TREE_NAME_MAX + 1];

	for (;;) {
		size_t len = strcspn(path, "/");
		const struct scratch_entry *e;

		if (len > TREE_NAME_MAX)
			return -ENOENT;
		memcpy(name, path, len);
		name[len] = '\0';
		e = entry_find_locked(dir, name);
		if (!e)
			return -ENOENT;
		dir = *ret = e->node;
		if (!path[len])
			return 0;
		path += len + 1;
	}
}

int node_draft_read(const struct node_draft *draft, const char *path, struct buf *ret)
{
	struct tree *tree = node_tree(draft->dir);
	const struct node *node;
	int r;

	tree_lock(tree);
	r = find_locked(draft->dir, path, &node);
	if (r == 0 && node->kind == NODE_DIR)
		r = -EISDIR;
	else if (r == 0 && !S_ISREG(node->scratch->mode))
		r = -ENOENT;
	if (r == 0)
		r = scratch_read_locked(node->scratch, 0, SIZE_MAX, ret);
	tree_unlock(tree);
	return r;
}

/* One directory of the draft, and the directory of the object that replaces it. */
struct handover {
	struct node *from, *to; /* pinned */
	bool (*claims)(const char *path, bool is_dir);
	const char *path; /* of both directories, below the object */
};

static void hand_over_dir(const struct handover *h, const struct op *op);

/* Hands over the entries of a directory that the view claims. */
static void descend(const struct handover *h, const struct op *op, struct node *from,
	const char *name, const char *path)
{
	CLEANUP_NODE struct node *to = NULL;

	if (child_find(h->to, op, name, &to) < 0 || !node_is_view(to, NODE_DIR))
		return;
	hand_over_dir(
		&(struct handover){
			.from = from, .to = to, .claims = h->claims, .path = path},
		op);
}

/* Moves an entry of the draft beside the object's, or removes it if the view claims its name. A
 * handle that is still open on a removed file can read it, but not write to it. */
static void hand_over(
	const struct handover *h, const struct op *op, const char *name, struct node *node)
{
	struct tree *tree = node_tree(h->from);
	char path[NODE_PATH_MAX];
	struct scratch_entry *e;
	bool claimed;

	snprintf(path, sizeof(path), "%s%s%s", h->path, *h->path ? "/" : "", name);
	claimed = h->claims && h->claims(path, node->kind == NODE_DIR);
	if (claimed && node->kind == NODE_DIR)
		descend(h, op, node, name, path);
	tree_lock(tree);
	e = entry_find_locked(h->from, name);
	if (e && !claimed && scratch_dir_check_locked(h->to) == 0 &&
		!entry_find_locked(h->to, name) && entry_move_locked(e, h->to, name) == 0)
		e = NULL;
	if (e && e->node->kind == NODE_DIR)
		overlay_purge_locked(e->node);
	if (e && claimed && e->node->kind != NODE_DIR && e->node->scratch->nlink == 1)
		e->node->bits |= BIT_GONE;
	if (e)
		entry_remove_locked(e);
	tree_unlock(tree);
}

/* The first entry of a directory, pinned, and its name; NULL if there is none. */
static struct node *first_entry(struct node *dir, char name[TREE_NAME_MAX + 1])
{
	struct node *node = NULL;
	struct overlay *o;

	tree_lock(node_tree(dir));
	o = overlay_find_locked(dir);
	if (o) {
		const struct scratch_entry *first = TAILQ_FIRST(&o->entries);

		node = node_ref_locked(first->node);
		memcpy(name, first->name->text, first->name->len + 1);
	}
	tree_unlock(node_tree(dir));
	return node;
}

/* Closes a directory of the draft to new entries, hands its entries over, and lets its id stand for
 * the directory of the object. */
static void hand_over_dir(const struct handover *h, const struct op *op)
{
	struct tree *tree = node_tree(h->from);
	char name[TREE_NAME_MAX + 1];
	struct node *node;

	tree_lock(tree);
	h->from->bits |= BIT_GONE;
	tree_unlock(tree);
	while ((node = first_entry(h->from, name))) {
		hand_over(h, op, name, node);
		node_put(node);
	}
	tree_lock(tree);
	if (!(h->from->bits & BIT_MOVED))
		node_become_locked(h->from, node_now_locked(h->to));
	tree_unlock(tree);
}

static void draft_was_published(
	const struct move *m, const struct op *op, struct node *object)
{
	struct tree *tree = node_tree(m->dir);
	struct scratch_entry *e;

	tree_lock(tree);
	e = entry_find_locked(m->dir, m->name);
	if (e && e->node == m->node)
		entry_remove_locked(e);
	tree_unlock(tree);
	hand_over_dir(&(struct handover){.from = m->node,
			      .to = object,
			      .claims = object->ops->claims,
			      .path = ""},
		op);
	change_invalidate(tree, node_id(m->node));
}

static int publish(const struct move *m, const struct op *op)
{
	uint64_t generation = tree_generation(node_tree(m->dir));
	struct node_draft draft = {.dir = m->node};
	CLEANUP_NODE struct node *object = NULL;
	struct node_entry entry = {0};
	int r = m->new_dir->ops->publish(m->new_dir, op, m->new_name, &draft, &entry);

	if (r < 0 || !entry.ops)
		return r;
	r = node_take(m->new_dir, op, m->new_name, &entry, generation, &object);
	if (r == 0)
		draft_was_published(m, op, object);
	return r;
}

bool move_leaves_drafts(const struct move *m)
{
	struct tree *tree = node_tree(m->dir);
	struct node *drafts;
	bool leaves;

	tree_lock(tree);
	drafts = node_view_dir_locked(m->dir);
	leaves = drafts && drafts->flags & NODE_DRAFTS &&
		 (node_view_dir_locked(m->new_dir) != drafts ||
			 (m->dir == drafts && m->new_dir != drafts &&
				 m->node->kind == NODE_DIR));
	tree_unlock(tree);
	return leaves;
}

int move_out_of_drafts(const struct move *m, const struct op *op)
{
	if (m->node->kind != NODE_DIR)
		return -EXDEV;
	if (node_is_scratch(m->dir) || !m->new_dir->ops || !m->new_dir->ops->publish)
		return node_refused(m->dir, "mv", m->name, -EPERM);
	/* An object of the new name may no longer exist: the view finds out. */
	if (m->target && (m->noreplace || m->target->kind != NODE_DIR))
		return -EEXIST;
	return publish(m, op);
}
