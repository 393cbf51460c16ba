/* SPDX-License-Identifier: MIT */
/* Scratch names: the overlay of a directory (of the view, or itself scratch) holds its scratch
 * entries. Also makes nodes with such names. */
#ifndef TREE_ENTRY_H
#define TREE_ENTRY_H

#include "inode.h"

struct scratch_entry {
	/* In tree->entries. */
	struct map_link link;
	TAILQ_ENTRY(scratch_entry) order;
	struct overlay *overlay;
	/* Counted. */
	struct interned *name;
	struct node *node;
	bool hidden;
};

struct overlay {
	/* In tree->overlays. */
	struct map_link link;
	/* Counted. */
	struct node *dir;
	/* In order of creation. An overlay without entries is freed. */
	TAILQ_HEAD(, scratch_entry) entries;
	size_t visible;
};

struct scratch_entry *entry_find_locked(const struct node *dir, const char *text);
/* NULL if the directory has no scratch entries. */
struct overlay *overlay_find_locked(const struct node *dir);
/* Errors: -ENOMEM, -ENOSPC. */
int entry_add_locked(struct node *dir, const char *text, struct node *node);
void entry_remove_locked(struct scratch_entry *e);
/* Errors: -ENOMEM. */
int entry_move_locked(struct scratch_entry *e, struct node *dir, const char *text);

/* Whether dir has a visible scratch entry; for a directory of the view, also whether a directory of
 * the view below it has one. */
bool overlay_has_visible_locked(const struct node *dir);
/* Removes the scratch entries of top and all that is below them. */
void overlay_purge_locked(struct node *top);
/* Marks a directory of the view as removed: frees the scratch in it, and nothing can be made in it
 * any more. The kernel marks the inode of a removed directory dead, so a directory that is made
 * with the same name gets another node. The caller holds dir. */
void dir_gone_locked(struct node *dir);

/* Makes a node of this mode (type included) without a name, pinned. Its owner is the caller's uid
 * and gid, or the directory's gid if that is setgid. target is that of a symbolic link, else NULL.
 * Errors: -ENOSPC, -ENOMEM. */
int scratch_new_locked(const struct op *op, struct node *dir, mode_t mode,
	const char *target, struct node **ret);
/* Returns 0 if dir may get scratch entries. Errors: -EPERM, -ENOTDIR, -ENOENT if it was removed. */
int scratch_dir_check_locked(const struct node *dir);
/* Makes a node with this name, pinned. Takes the lock. Errors: those of the two functions above,
 * and -EEXIST. */
int scratch_make(struct node *dir, const struct op *op, const char *name, mode_t mode,
	const char *target, struct node **ret);

#endif
