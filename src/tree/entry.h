/* SPDX-License-Identifier: MIT */
/* The scratch names in a directory, of the view or scratch itself: its overlay. */
#ifndef TREE_ENTRY_H
#define TREE_ENTRY_H

#include "inode.h"

struct entry {
	void *next;		    /* chain of tree->entries */
	struct entry *prev, *after; /* in the overlay, in order of creation */
	struct overlay *overlay;
	struct name *name; /* counted */
	struct node *node; /* counted */
	bool hidden;
};

struct overlay {
	void *next;	  /* chain of tree->overlays */
	struct node *dir; /* counted */
	struct entry *first, *last;
	size_t count, visible;
};

uint64_t entry_hash_item(const void *item);
uint64_t overlay_hash_item(const void *item);

struct entry *entry_find_locked(const struct node *dir, const char *name);
/* NULL when the directory has no scratch entries. */
struct overlay *overlay_find_locked(const struct node *dir);
/* Errors: -ENOMEM, -ENOSPC. */
int entry_add_locked(struct node *dir, const char *name, struct node *node);
void entry_remove_locked(struct entry *e);
/* Errors: -ENOMEM. */
int entry_move_locked(struct entry *e, struct node *dir, const char *name);

/* Whether a visible scratch entry is in dir, or, of a directory of the view, in a directory of
 * the view below it. */
bool overlay_has_visible_locked(const struct node *dir);
/* The scratch entries of dir with all that is below them. */
void overlay_purge_locked(struct node *dir);
/* A directory of the view is gone, with the scratch in it, and nothing can be made in it any
 * more. The kernel marks the inode of a removed directory dead: one that is made under its name
 * gets another node. The caller holds dir. */
void dir_gone_locked(struct node *dir);

#endif
