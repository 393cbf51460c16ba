/* SPDX-License-Identifier: MIT */
/* Reading a directory. An open directory has a snapshot of the view's listing and of the visible
 * scratch names, so that an offset means the same entry from the first read to the last. Where a
 * scratch name equals a name of the view, lookup finds the scratch node, so the listing has that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "entry.h"
#include "intern.h"
#include "node_io.h"
#include "scratch.h"
#include "tree/change.h"

#define LISTING_MAX (1u << 24) /* entries */

struct dir_row {
	char *name; /* owned */
	/* Pinned: the scratch node, or the node that readdirplus has made of entry. If it is NULL,
	 * entry owns its data reference. */
	struct node *node;
	struct node_entry entry;
	struct node_attr attr;
	bool has_attr;
};

struct node_listing {
	struct node *dir; /* borrowed */
	struct buf rows;  /* of struct dir_row */
};

struct dir_list {
	struct open_item item;
	struct node *dir; /* pinned */
	struct node_listing listing;
	pthread_mutex_t lock; /* several threads may read one open directory */
	bool is_filled;
	/* Read before the listing was made. Its attributes are used only in this generation. */
	uint64_t generation;
};

static size_t row_count(const struct node_listing *l)
{
	return l->rows.len / sizeof(struct dir_row);
}

static struct dir_row *row_at(const struct node_listing *l, size_t i)
{
	return (struct dir_row *)(void *)l->rows.data + i;
}

static void node_listing_release(struct node_listing *l)
{
	for (size_t i = 0; i < row_count(l); i++) {
		struct dir_row *row = row_at(l, i);

		if (row->node)
			node_put(row->node);
		else
			node_entry_drop(&row->entry);
		free(row->name);
	}
	buf_release(&l->rows);
}

static struct dir_row *listing_grow(struct node_listing *l, const char *name)
{
	struct dir_row row = {.name = strdup(name)};

	if (!row.name || buf_add(&l->rows, &row, sizeof(row)) < 0) {
		free(row.name);
		return NULL;
	}
	return row_at(l, row_count(l) - 1);
}

int node_listing_add(struct node_listing *l, const char *name,
	const struct node_entry *entry, const struct node_attr *attr)
{
	struct tree *tree = node_tree(l->dir);
	struct dir_row *row;
	bool shadowed;

	tree_lock(tree);
	shadowed = entry_find_locked(l->dir, name) != NULL;
	tree_unlock(tree);
	if (shadowed || entry->flags & NODE_HIDDEN || name_check(name) < 0) {
		node_entry_drop(entry);
		return 0;
	}
	row = listing_grow(l, name);
	if (!row) {
		node_entry_drop(entry);
		return -ENOMEM;
	}
	row->entry = *entry;
	row->has_attr = attr != NULL;
	if (attr)
		row->attr = *attr;
	return 0;
}

static int listing_add_scratch(struct node_listing *l)
{
	struct tree *tree = node_tree(l->dir);
	struct overlay *o;
	int r = 0;

	tree_lock(tree);
	o = overlay_find_locked(l->dir);
	for (struct scratch_entry *e = o ? TAILQ_FIRST(&o->entries) : NULL; e && r == 0;
		e = TAILQ_NEXT(e, order)) {
		struct dir_row *row = e->hidden ? NULL : listing_grow(l, e->name->text);

		if (row)
			row->node = node_ref_locked(e->node);
		else if (!e->hidden)
			r = -ENOMEM;
	}
	tree_unlock(tree);
	return r;
}

static int listing_fill(struct node_listing *l, struct node *dir, const struct op *op)
{
	int r = 0;

	l->dir = dir;
	if (dir->ops && dir->ops->list)
		r = dir->ops->list(dir, op, l);
	if (r == 0)
		r = listing_add_scratch(l);
	if (r < 0)
		node_listing_release(l);
	return r;
}

static void list_drop(struct open_item *o)
{
	struct dir_list *list = (struct dir_list *)o;
	struct tree *tree = node_tree(list->dir);

	node_listing_release(&list->listing);
	tree_lock(tree);
	LIST_REMOVE(o, link);
	node_unref_locked(list->dir);
	tree_unlock(tree);
	pthread_mutex_destroy(&list->lock);
	free(list);
}

int tree_opendir(struct tree *tree, const struct op *op, uint64_t id, struct dir_list **ret)
{
	CLEANUP_NODE struct node *dir = node_get(tree, id);
	struct dir_list *list;

	if (!dir)
		return -ESTALE;
	if (dir->kind != NODE_DIR)
		return -ENOTDIR;
	list = calloc(1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	pthread_mutex_init(&list->lock, NULL);
	list->dir = STEAL(dir);
	list->item.drop = list_drop;
	tree_lock(tree);
	LIST_INSERT_HEAD(&tree->open_list, &list->item, link);
	tree_unlock(tree);
	*ret = list;
	return 0;
}

void tree_closedir(struct dir_list *list)
{
	list_drop(&list->item);
}

/* Gives the row a node, for readdirplus. The entry's data reference goes to the node. */
static int row_intern(struct dir_list *list, struct dir_row *row)
{
	int r;

	if (row->node)
		return 0;
	r = node_intern(list->dir, row->name, &row->entry, &row->node);
	row->entry.data = NULL;
	return r;
}

/* Describes a row by type and inode number; with plus, by id and all attributes if they are known.
 */
static int row_describe(
	struct dir_list *list, struct dir_row *row, bool plus, struct tree_entry *ret)
{
	struct tree *tree = node_tree(list->dir);
	int r;

	*ret = (struct tree_entry){.scratch = row->node && node_is_scratch(row->node)};
	if (ret->scratch) {
		tree_lock(tree);
		scratch_stat_locked(row->node, &ret->attr);
		tree_unlock(tree);
		ret->id = plus ? node_id(row->node) : 0;
		return 0;
	}
	/* The kernel uses attributes even if it may not keep them, so those from before a touch
	 * must not reach it. */
	if (plus && row->has_attr && list->generation == tree_generation(tree)) {
		r = row_intern(list, row);
		if (r < 0)
			return r;
		/* From here on tree_change_touch and tree_change_gone find the node. */
		if (list->generation == tree_generation(tree)) {
			node_answer_fill(row->node, &row->attr, ret);
			return 0;
		}
	}
	ret->attr.st_mode = node_type_of(row->entry.kind);
	ret->attr.st_ino = row->node ? node_ino(row->node)
				     : node_ino_of(list->dir, row->name, &row->entry);
	return 0;
}

static bool fill_dots(struct dir_list *list, uint64_t *off, tree_fill fill, void *arg)
{
	struct tree_entry dot = {.attr = {.st_mode = S_IFDIR}};
	struct node *dir = list->dir, *parent;
	uint64_t up;

	tree_lock(node_tree(dir));
	parent = dir->parent ? parent_of(dir) : dir;
	up = node_ino(parent);
	tree_unlock(node_tree(dir));
	for (; *off < 2; ++*off) {
		dot.attr.st_ino = *off ? up : node_ino(dir);
		if (!fill(arg, *off ? ".." : ".", &dot, *off + 1))
			return false;
	}
	return true;
}

static int fill_rows(
	struct dir_list *list, uint64_t off, bool plus, tree_fill fill, void *arg)
{
	for (; off - 2 < row_count(&list->listing); off++) {
		struct dir_row *row = row_at(&list->listing, off - 2);
		struct tree_entry e;
		int r = row_describe(list, row, plus, &e);

		if (r < 0)
			return r;
		/* Count before the kernel can know the id: a FORGET may follow at once. */
		if (e.id)
			node_count_lookup(row->node);
		if (!fill(arg, row->name, &e, off + 1)) {
			if (e.id)
				tree_forget(node_tree(list->dir), e.id, 1);
			break;
		}
	}
	return 0;
}

/* Lists the directory anew. That happens at the first read and not at opening, since df opens the
 * directory that it asks about and must not wait for the network. It happens again when the reader
 * starts over, since after rewinddir POSIX wants changes to be seen. */
static int list_refresh(struct dir_list *list, const struct op *op)
{
	struct node_listing fresh = {
		.rows = BUF_INIT(LISTING_MAX * sizeof(struct dir_row))};
	uint64_t generation = tree_generation(node_tree(list->dir));
	int r = listing_fill(&fresh, list->dir, op);

	if (r < 0)
		return r;
	node_listing_release(&list->listing);
	list->listing = fresh;
	list->generation = generation;
	return 0;
}

int tree_readdir_begin(struct dir_list *list, const struct op *op, uint64_t off)
{
	int r = 0;

	pthread_mutex_lock(&list->lock);
	if (off == 0 || !list->is_filled)
		r = list_refresh(list, op);
	/* glibc's readdir takes ENOENT for the end of the directory: a directory that is gone would
	 * look empty. */
	if (r == -ENOENT)
		r = -ESTALE;
	list->is_filled |= r == 0;
	pthread_mutex_unlock(&list->lock);
	return r;
}

int tree_readdir(struct dir_list *list, uint64_t off, bool plus, tree_fill fill, void *arg)
{
	int r = 0;

	pthread_mutex_lock(&list->lock);
	if (fill_dots(list, &off, fill, arg))
		r = fill_rows(list, off, plus, fill, arg);
	pthread_mutex_unlock(&list->lock);
	return r;
}
