/* SPDX-License-Identifier: MIT */
/* Scratch directories: which scratch names are in a directory (of the view or scratch itself), its
 * overlay, and how a node with such a name is made. */
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
	/* In order of creation; never empty for long. */
	TAILQ_HEAD(, scratch_entry) entries;
	size_t visible;
};

struct scratch_entry *entry_find_locked(const struct node *dir, const char *text);
/* NULL when the directory has no scratch entries. */
struct overlay *overlay_find_locked(const struct node *dir);
/* Errors: -ENOMEM, -ENOSPC. */
int entry_add_locked(struct node *dir, const char *text, struct node *node);
void entry_remove_locked(struct scratch_entry *e);
/* Errors: -ENOMEM. */
int entry_move_locked(struct scratch_entry *e, struct node *dir, const char *text);

/* Whether a visible scratch entry is in dir, or, of a directory of the view, in a directory of
 * the view below it. */
bool overlay_has_visible_locked(const struct node *dir);
/* The scratch entries of top with all that is below them. */
void overlay_purge_locked(struct node *top);
/* A directory of the view is gone, with the scratch in it, and nothing can be made in it any
 * more. The kernel marks the inode of a removed directory dead: one that is made under its name
 * gets another node. The caller holds dir. */
void dir_gone_locked(struct node *dir);

/* A node of this mode (type included) without a name, pinned; the caller's uid and gid, or the
 * directory's gid where it is setgid. target: of a symbolic link. Errors: -ENOSPC, -ENOMEM. */
int scratch_new_locked(const struct op *op, struct node *dir, mode_t mode,
	const char *target, struct node **ret);
/* Whether dir may get scratch entries: 0, -EPERM, -ENOTDIR, -ENOENT when it was removed. */
int scratch_dir_check_locked(const struct node *dir);
/* A new node with this name, pinned. Takes the lock. Errors: as above, and -EEXIST. */
int scratch_make(struct node *dir, const struct op *op, const char *name, mode_t mode,
	const char *target, struct node **ret);

#endif
