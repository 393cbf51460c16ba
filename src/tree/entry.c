/* SPDX-License-Identifier: MIT */
/* Scratch names. One table of the tree finds an entry by directory and name. A directory has an
 * overlay only while it has entries, so the thousands that have none cost nothing. */
#include "entry.h"

#include <errno.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/hash.h"
#include "intern.h"
#include "scratch.h"

static uint64_t entry_hash(const struct node *dir, const struct interned *name)
{
	return hash_mix((uintptr_t)dir, name->link.hash);
}

static uint64_t overlay_hash(const struct node *dir)
{
	return hash_mix(0, (uintptr_t)dir);
}

struct overlay *overlay_find_locked(const struct node *dir)
{
	struct map_link *link;

	if (!(dir->bits & BIT_OVERLAY))
		return NULL;
	link = map_chain(&node_tree(dir)->overlays, overlay_hash(dir));
	while (((struct overlay *)link)->dir != dir)
		link = link->next;
	return (struct overlay *)link;
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
	TAILQ_INIT(&o->entries);
	dir->bits |= BIT_OVERLAY;
	map_link(&node_tree(dir)->overlays, &o->link, overlay_hash(dir));
	return o;
}

static void overlay_put_if_empty_locked(struct overlay *o)
{
	struct node *dir = o->dir;

	if (!TAILQ_EMPTY(&o->entries))
		return;
	map_unlink(&node_tree(dir)->overlays, &o->link);
	dir->bits &= (uint8_t)~BIT_OVERLAY;
	free(o);
	node_unref_locked(dir);
}

struct scratch_entry *entry_find_locked(const struct node *dir, const char *text)
{
	struct tree *tree = node_tree(dir);
	struct interned *name;

	if (!(dir->bits & BIT_OVERLAY) || !(name = intern_find_locked(tree, text)))
		return NULL;
	for (struct map_link *link = map_chain(&tree->entries, entry_hash(dir, name)); link;
		link = link->next) {
		struct scratch_entry *e = (struct scratch_entry *)link;

		if (e->overlay->dir == dir && e->name == name)
			return e;
	}
	return NULL;
}

/* Updates dates and link count of a scratch directory that has gained or lost an entry. */
static void dir_changed(struct node *dir, const struct node *node, int by)
{
	if (!node_is_scratch(dir))
		return;
	scratch_touch(dir->scratch);
	if (node->kind == NODE_DIR)
		dir->scratch->nlink += (uint32_t)by;
}

static void entry_insert_locked(struct scratch_entry *e, struct overlay *o)
{
	e->overlay = o;
	TAILQ_INSERT_TAIL(&o->entries, e, order);
	o->visible += !e->hidden;
	map_link(&node_tree(o->dir)->entries, &e->link, entry_hash(o->dir, e->name));
	dir_changed(o->dir, e->node, 1);
}

static void entry_take_out_locked(struct scratch_entry *e)
{
	struct overlay *o = e->overlay;

	map_unlink(&node_tree(o->dir)->entries, &e->link);
	TAILQ_REMOVE(&o->entries, e, order);
	o->visible -= !e->hidden;
	dir_changed(o->dir, e->node, -1);
}

int entry_add_locked(struct node *dir, const char *text, struct node *node)
{
	struct tree *tree = node_tree(dir);
	struct interned *name = intern_get_locked(tree, text);
	struct scratch_entry *e = calloc(1, sizeof(*e));
	struct overlay *o = NULL;
	int r = -ENOMEM;

	if (name && e)
		r = scratch_charge_locked(tree, node->scratch, SCRATCH_LINK_COST);
	if (r == 0 && !(o = overlay_get_locked(dir))) {
		scratch_refund_locked(tree, node->scratch, SCRATCH_LINK_COST);
		r = -ENOMEM;
	}
	if (r < 0) {
		intern_unref_locked(tree, name);
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

void entry_remove_locked(struct scratch_entry *e)
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
	intern_unref_locked(node_tree(node), e->name);
	free(e);
	node_unref_locked(node);
	overlay_put_if_empty_locked(o);
}

int entry_move_locked(struct scratch_entry *e, struct node *dir, const char *text)
{
	struct tree *tree = node_tree(dir);
	struct overlay *old = e->overlay, *o;
	struct interned *name = intern_get_locked(tree, text);

	if (!name || !(o = overlay_get_locked(dir))) {
		intern_unref_locked(tree, name);
		return -ENOMEM;
	}
	if (e->node->kind == NODE_DIR && node_move_locked(e->node, dir, text) < 0) {
		overlay_put_if_empty_locked(o);
		intern_unref_locked(tree, name);
		return -ENOMEM;
	}
	entry_take_out_locked(e);
	intern_unref_locked(tree, e->name);
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

/* Not recursive: scratch directories may be nested deeper than the stack allows. */
void overlay_purge_locked(struct node *top)
{
	struct node *at = top;

	for (;;) {
		struct overlay *o = overlay_find_locked(at);
		struct scratch_entry *first = o ? TAILQ_FIRST(&o->entries) : NULL;

		if (first && first->node->kind == NODE_DIR &&
			first->node->bits & BIT_OVERLAY)
			at = first->node;
		else if (first)
			entry_remove_locked(first);
		else if (at == top)
			return;
		else
			at = parent_of(at);
	}
}

/* Includes the directories of the view below, since one may be a process's working directory. */
void dir_gone_locked(struct node *dir)
{
	struct node *next;

	dir->bits |= BIT_GONE;
	overlay_purge_locked(dir);
	/* A directory that only its scratch entries held is freed here and leaves the ring, so it
	 * is held until its successor is known. */
	for (struct node *below = first_below(dir); below; below = next) {
		node_ref_locked(below);
		if (below->kind == NODE_DIR)
			dir_gone_locked(below);
		next = next_below(below);
		node_unref_locked(below);
	}
	node_orphan_locked(dir);
}

static void scratch_set_owner(
	struct scratch *s, const struct op *op, const struct node *dir)
{
	s->uid = op->uid;
	s->gid = op->gid;
	if (dir && node_is_scratch(dir) && dir->scratch->mode & S_ISGID) {
		s->gid = dir->scratch->gid;
		if (S_ISDIR(s->mode))
			s->mode |= S_ISGID;
	}
}

int scratch_new_locked(const struct op *op, struct node *dir, mode_t mode,
	const char *target, struct node **ret)
{
	struct tree *tree = node_tree(dir);
	struct scratch *s = scratch_alloc(mode, target);
	struct node *node;
	int r;

	if (!s)
		return -ENOMEM;
	scratch_set_owner(s, op, dir);
	r = scratch_charge_locked(tree, s, SCRATCH_NODE_COST + s->size);
	node = r == 0 ? node_slab_take_locked(tree) : NULL;
	if (!node) {
		scratch_refund_locked(tree, s, s->charged);
		scratch_free(s);
		return r < 0 ? r : -ENOMEM;
	}
	s->ino = ++tree->last_scratch_ino;
	node->scratch = s;
	node->kind = S_ISDIR(mode) ? NODE_DIR : NODE_FILE;
	node->flags = S_ISDIR(mode) ? NODE_SCRATCH : 0;
	tree->scratch_nodes++;
	*ret = node;
	return 0;
}

int scratch_dir_check_locked(const struct node *dir)
{
	if (dir->kind != NODE_DIR)
		return -ENOTDIR;
	if (dir->bits & BIT_GONE)
		return -ENOENT;
	return dir->flags & NODE_SCRATCH ? 0 : -EPERM;
}

static int make_locked(const struct op *op, struct node *dir, const char *name, mode_t mode,
	const char *target, struct node **ret)
{
	struct node *node;
	int r = scratch_dir_check_locked(dir);

	if (r == 0 && entry_find_locked(dir, name))
		r = -EEXIST;
	if (r == 0)
		r = scratch_new_locked(op, dir, mode, target, &node);
	if (r < 0)
		return r;
	r = S_ISDIR(mode) ? node_move_locked(node, dir, name) : 0;
	if (r == 0)
		r = entry_add_locked(dir, name, node);
	if (r < 0) {
		node_unref_locked(node);
		return r;
	}
	*ret = node;
	return 0;
}

int scratch_make(struct node *dir, const struct op *op, const char *name, mode_t mode,
	const char *target, struct node **ret)
{
	int r;

	tree_lock(node_tree(dir));
	r = make_locked(op, dir, name, mode, target, ret);
	tree_unlock(node_tree(dir));
	return r == -EPERM ? node_refused(dir, "create", name, r) : r;
}
