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

/* Whether a visible scratch entry is in dir or in a directory below it. */
bool overlay_has_visible_locked(const struct node *dir);
/* The directory is gone, and so are all scratch entries in it and below it. */
void overlay_purge_locked(struct node *dir);

/* The objects below dir that have scratch entries and that the view says are gone lose them: nobody can reach those any more, and
 * they count against the cap. Asks the view; takes the lock. */
void overlay_sweep(struct node *dir, const struct op *op);

#endif
