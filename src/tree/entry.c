/* SPDX-License-Identifier: MIT */
/* The scratch names in a directory. Found by (directory, name) in one table of the tree; a
 * directory has an overlay only while it has entries, so the thousands that have none cost
 * nothing. */
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
	if (node->kind != NODE_DIR)
		node_set_home_locked(node, dir);
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
	if (e->node->kind != NODE_DIR)
		node_set_home_locked(e->node, dir);
	entry_insert_locked(e, o);
	e->node->scratch->ctime = clock_real();
	overlay_put_if_empty_locked(old);
	return 0;
}

bool overlay_has_visible_locked(const struct node *dir)
{
	const struct overlay *o = overlay_find_locked(dir);

	if (o && o->visible)
		return true;
	if (node_is_scratch(dir))
		return false;
	for (const struct node *below = first_below(dir); below;
		below = next_below(below)) {
		if (below->kind == NODE_DIR && overlay_has_visible_locked(below))
			return true;
	}
	return false;
}

/* The scratch entries of one directory with all that is below them. Scratch directories may be
 * nested deeper than a stack is deep. */
void overlay_purge_locked(struct node *top)
{
	struct node *at = top;

	for (;;) {
		struct overlay *o = overlay_find_locked(at);
		struct node *first = o ? o->first->node : NULL;

		if (first && first->kind == NODE_DIR && first->bits & BIT_OVERLAY)
			at = first;
		else if (first)
			entry_remove_locked(o->first);
		else if (at == top)
			return;
		else
			at = parent_of(at);
	}
}

/* With the directories of the view below: somebody may have his working directory there. */
void dir_gone_locked(struct node *dir)
{
	struct node *next;

	dir->bits |= BIT_GONE;
	overlay_purge_locked(dir);
	/* A directory that only its scratch kept dies here, and with it its place in the ring. */
	for (struct node *below = first_below(dir); below; below = next) {
		node_ref_locked(below);
		if (below->kind == NODE_DIR)
			dir_gone_locked(below);
		next = next_below(below);
		node_unref_locked(below);
	}
	node_orphan_locked(dir);
}
