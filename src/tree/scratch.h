/* SPDX-License-Identifier: MIT */
/* Scratch: files, directories and links that live in memory only, as on tmpfs. A struct scratch
 * is the inode's body; its names are entries (entry.h). The cap of the tree counts bytes of
 * text, and something for each node and name, so that those are bounded, too. */
#ifndef TREE_SCRATCH_H
#define TREE_SCRATCH_H

#include "inode.h"

#define SCRATCH_BLOCK	  4096
#define SCRATCH_NODE_COST 64 /* bytes charged for a node */
#define SCRATCH_LINK_COST 32 /* bytes charged for a name */

/* A piece of a file at index * SCRATCH_BLOCK; bytes past cap are zeros. */
struct block {
	uint64_t index;
	char *bytes; /* owned */
	uint32_t cap;
};

struct xattr {
	struct xattr *next;
	char *name;  /* owned */
	char *value; /* owned */
	size_t len;
};

/* Who wrote the bytes, and what they will be compared with: scratch_mark.h. */
struct scratch_mark {
	struct caller writer;
	void *base; /* owned, or NULL */
	void (*base_free)(void *base);
};

struct scratch {
	mode_t mode; /* with the type */
	uid_t uid;
	gid_t gid;
	uint32_t nlink;
	struct timespec atime, mtime, ctime;
	uint64_t size;
	struct block *blocks; /* owned, sorted by index; what is not there is zeros */
	size_t block_count, block_cap;
	char *target;		  /* owned; symbolic links */
	struct xattr *xattrs;	  /* owned */
	uint64_t charged;	  /* bytes */
	struct scratch_mark mark; /* regular files */
	bool is_copy; /* a snapshot: another id may stand for it, so it has one name only */
};

int scratch_init_tables(struct tree *tree);
/* Every name, with what only the name held. */
void scratch_drop_all_locked(struct tree *tree);

/* Errors: -ENOSPC past the cap. */
int scratch_charge_locked(struct tree *tree, struct scratch *s, uint64_t bytes);
void scratch_refund_locked(struct tree *tree, struct scratch *s, uint64_t bytes);
void scratch_unaccount_locked(struct tree *tree, struct scratch *s);
void scratch_free(struct scratch *s);

/* A node of this mode (type included) without a name, pinned; the caller's uid and gid, or the
 * directory's gid where it is setgid. target: of a symbolic link. Errors: -ENOSPC, -ENOMEM. */
int scratch_new_locked(const struct op *op, struct node *dir, mode_t mode,
	const char *target, struct node **ret);
/* Whether dir may get scratch entries: 0, -EPERM, -ENOTDIR, -ENOENT when it was removed. */
int scratch_dir_check_locked(const struct node *dir);
/* A new node with this name, pinned. Takes the lock. Errors: as above, and -EEXIST. */
int scratch_make(struct node *dir, const struct op *op, const char *name, mode_t mode,
	const char *target, struct node **ret);
void scratch_stat_locked(const struct node *node, struct stat *ret);
void scratch_touch(struct scratch *s);

/* Contents. write: all or nothing. Errors: -ENOSPC, -ENOMEM, -EFBIG. */
int scratch_read_locked(
	const struct scratch *s, uint64_t off, size_t size, struct buf *ret);
int scratch_write_locked(
	struct tree *tree, struct scratch *s, uint64_t off, const void *bytes, size_t len);
int scratch_truncate_locked(struct tree *tree, struct scratch *s, uint64_t size);
/* Errors: -ENOSPC when the cap could not hold that range. */
int scratch_reserve_locked(
	struct tree *tree, struct scratch *s, int mode, uint64_t off, uint64_t len);
int scratch_setattr_locked(
	struct tree *tree, struct scratch *s, const struct stat *attr, unsigned set);

#endif
