/* SPDX-License-Identifier: MIT */
/* The scratch names in a directory. Found by (directory, name) in one table of the tree; a directory has an overlay only while it
 * has entries, so the thousands that have none cost nothing. */
#include "entry.h"

#include <errno.h>
#include <stdlib.h>
#include "base/clock.h"
#include "name.h"
#include "scratch.h"

static uint64_t entry_hash(const struct node *dir, const struct name *name)
{
	return hash_mix((uintptr_t)dir, name->hash);
}

uint64_t entry_hash_item(const void *item)
{
	const struct entry *e = item;

	return entry_hash(e->overlay->dir, e->name);
}

uint64_t overlay_hash_item(const void *item)
{
	return hash_mix(0, (uintptr_t)((const struct overlay *)item)->dir);
}

struct overlay *overlay_find_locked(const struct node *dir)
{
	struct overlay *o;

	if (!(dir->bits & BIT_OVERLAY))
		return NULL;
	o = table_first(&node_tree(dir)->overlays, hash_mix(0, (uintptr_t)dir));
	while (o && o->dir != dir)
		o = o->next;
	return o;
}

static struct overlay *overlay_get_locked(struct node *dir)
{
	struct overlay *o = overlay_find_locked(dir);

	if (o)
		return o;
	o = calloc(1, sizeof(*o));
	if (!o)
		return NULL;
	o->dir = node_ref_locked(dir);
	dir->bits |= BIT_OVERLAY;
	table_add(&node_tree(dir)->overlays, o);
	return o;
}

static void overlay_put_if_empty_locked(struct overlay *o)
{
	struct node *dir = o->dir;

	if (o->count)
		return;
	table_remove(&node_tree(dir)->overlays, o);
	dir->bits &= (uint8_t)~BIT_OVERLAY;
	free(o);
	node_unref_locked(dir);
}

struct entry *entry_find_locked(const struct node *dir, const char *text)
{
	struct tree *tree = node_tree(dir);
	struct name *name;
	struct entry *e;

	if (!(dir->bits & BIT_OVERLAY) || !(name = name_find_locked(tree, text)))
		return NULL;
	e = table_first(&tree->entries, entry_hash(dir, name));
	while (e && (e->overlay->dir != dir || e->name != name))
		e = e->next;
	return e;
}

/* Dates and link counts of a scratch directory that has one entry more or less. */
static void dir_changed(struct node *dir, const struct node *node, int by)
{
	if (!node_is_scratch(dir))
		return;
	scratch_touch(dir->scratch);
	if (node->kind == NODE_DIR)
		dir->scratch->nlink += by;
}

static void entry_insert_locked(struct entry *e, struct overlay *o)
{
	e->overlay = o;
	e->after = NULL;
	e->prev = o->last;
	if (o->last)
		o->last->after = e;
	else
		o->first = e;
	o->last = e;
	o->count++;
	o->visible += !e->hidden;
	table_add(&node_tree(o->dir)->entries, e);
	dir_changed(o->dir, e->node, 1);
}

static void entry_take_out_locked(struct entry *e)
{
	struct overlay *o = e->overlay;

	table_remove(&node_tree(o->dir)->entries, e);
	if (e->prev)
		e->prev->after = e->after;
	else
		o->first = e->after;
	if (e->after)
		e->after->prev = e->prev;
	else
		o->last = e->prev;
	o->count--;
	o->visible -= !e->hidden;
	dir_changed(o->dir, e->node, -1);
}

int entry_add_locked(struct node *dir, const char *text, struct node *node)
{
	struct tree *tree = node_tree(dir);
	struct name *name = name_get_locked(tree, text);
	struct entry *e = calloc(1, sizeof(*e));
	struct overlay *o = NULL;
	int r = -ENOMEM;

	if (name && e)
		r = scratch_charge_locked(tree, node->scratch, SCRATCH_LINK_COST);
	if (r == 0 && !(o = overlay_get_locked(dir))) {
		scratch_refund_locked(tree, node->scratch, SCRATCH_LINK_COST);
		r = -ENOMEM;
	}
	if (r < 0) {
		name_unref_locked(tree, name);
		free(e);
		return r;
	}
	e->name = name;
	e->node = node_ref_locked(node);
	e->hidden = name_is_hidden(text);
	node->scratch->nlink++;
	node->scratch->ctime = clock_real();
	entry_insert_locked(e, o);
	return 0;
}

void entry_remove_locked(struct entry *e)
{
	struct overlay *o = e->overlay;
	struct node *node = e->node;
	struct scratch *s = node->scratch;

	entry_take_out_locked(e);
	scratch_refund_locked(node_tree(node), s, SCRATCH_LINK_COST);
	s->nlink = node->kind == NODE_DIR ? 0 : s->nlink - 1;
	s->ctime = clock_real();
	if (node->kind == NODE_DIR)
		node->bits |= BIT_GONE;
	name_unref_locked(node_tree(node), e->name);
	free(e);
	node_unref_locked(node);
	overlay_put_if_empty_locked(o);
}

int entry_move_locked(struct entry *e, struct node *dir, const char *text)
{
	struct tree *tree = node_tree(dir);
	struct overlay *old = e->overlay, *o;
	struct name *name = name_get_locked(tree, text);

	if (!name || !(o = overlay_get_locked(dir))) {
		name_unref_locked(tree, name);
		return -ENOMEM;
	}
	if (e->node->kind == NODE_DIR && node_move_locked(e->node, dir, text) < 0) {
		overlay_put_if_empty_locked(o);
		name_unref_locked(tree, name);
		return -ENOMEM;
	}
	entry_take_out_locked(e);
	name_unref_locked(tree, e->name);
	e->name = name;
	e->hidden = name_is_hidden(text);
	entry_insert_locked(e, o);
	e->node->scratch->ctime = clock_real();
	overlay_put_if_empty_locked(old);
	return 0;
}

/* The first overlay of dir or below it; visible: that shows something. */
static struct overlay *overlay_below_locked(const struct node *dir, bool visible)
{
	const struct table *t = &node_tree(dir)->overlays;

	for (size_t i = 0; i < t->slot_count; i++) {
		for (struct overlay *o = t->slots[i]; o; o = o->next) {
			if (visible && !o->visible)
				continue;
			if (node_is_below_locked(o->dir, dir))
				return o;
		}
	}
	return NULL;
}

/* The n-th object in dir that has scratch entries, in it or below; pinned, or NULL. */
static struct node *overlaid_child(struct node *dir, size_t n)
{
	const struct table *t = &node_tree(dir)->overlays;
	struct node *found = NULL;

	tree_lock(node_tree(dir));
	for (size_t i = 0; i < t->slot_count && !found; i++) {
		for (struct overlay *o = t->slots[i]; o && !found; o = o->next) {
			struct node *at = o->dir;

			while (at && parent_of(at) != dir)
				at = parent_of(at);
			if (at && node_data(at) && n-- == 0)
				found = node_ref_locked(at);
		}
	}
	tree_unlock(node_tree(dir));
	return found;
}

void overlay_sweep(struct node *dir, const struct op *op)
{
	struct node *child;

	for (size_t n = 0; (child = overlaid_child(dir, n)); n++) {
		struct node_attr attr;
		bool gone =
			child->ops->stat && child->ops->stat(child, op, &attr) == -ENOENT;

		tree_lock(node_tree(dir));
		if (gone) {
			overlay_purge_locked(child);
			node_orphan_locked(child);
			child->bits |= BIT_GONE;
			n--;
		}
		node_unref_locked(child);
		tree_unlock(node_tree(dir));
	}
}

bool overlay_has_visible_locked(const struct node *dir)
{
	return overlay_below_locked(dir, true) != NULL;
}

void overlay_purge_locked(struct node *dir)
{
	struct overlay *o;

	/* Removing the last entry frees the overlay. */
	while ((o = overlay_below_locked(dir, false)))
		entry_remove_locked(o->first);
}
