/* SPDX-License-Identifier: MIT */
/* The body of a scratch node: a file, directory or link that lives in memory only, as on tmpfs. Its
 * names are entries (entry.h). The limit of the tree (scratch_max) counts bytes of text, and some
 * bytes for each node and name, so that those are bounded, too. */
#ifndef TREE_SCRATCH_H
#define TREE_SCRATCH_H

#include "tree_int.h"

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
	size_t len;
	char *value; /* behind the name */
	char name[];
};

/* The caller that wrote a file, and the base for its text when the file is renamed onto a field
 * (node_store in tree/node.h). */
struct scratch_mark {
	struct caller writer;
	void *base; /* owned, or NULL */
	void (*base_free)(void *base);
};

struct scratch {
	uint64_t ino; /* st_ino */
	mode_t mode;  /* with the type */
	uid_t uid;
	gid_t gid;
	uint32_t nlink;
	struct timespec atime, mtime, ctime;
	uint64_t size;
	struct block *blocks; /* owned, sorted by index; a missing block is zeros */
	size_t block_count, block_cap;
	char *target;		  /* owned; symbolic links */
	struct xattr *xattrs;	  /* owned */
	uint64_t charged;	  /* bytes */
	struct scratch_mark mark; /* regular files */
	bool is_copy; /* a snapshot: another id may stand for it, so it may have one name only */
};

/* target is that of a symbolic link, else NULL. Charges nothing. Returns NULL if there is no
 * memory. */
struct scratch *scratch_alloc(mode_t mode, const char *target);
void scratch_free(struct scratch *s);

/* s is NULL for bytes that the view keeps. Errors: -ENOSPC past the limit. */
int scratch_charge_locked(struct tree *tree, struct scratch *s, uint64_t bytes);
void scratch_refund_locked(struct tree *tree, struct scratch *s, uint64_t bytes);

void scratch_stat_locked(const struct node *node, struct stat *ret);
/* Sets mtime and ctime to now. */
void scratch_touch(struct scratch *s);

/* Sets the mark after a write. A writer without a base leaves the file's base in place. On return
 * mark holds what is no longer needed; release it without the lock. */
void scratch_mark_put_locked(struct scratch *s, struct scratch_mark *mark);
/* Takes the mark off a file whose text is empty. Release *ret without the lock. */
void scratch_mark_take_locked(struct scratch *s, struct scratch_mark *ret);
void scratch_mark_release(struct scratch_mark *mark);
#define CLEANUP_MARK CLEANUP(scratch_mark_release)

/* scratch_file.c: contents. A write writes all bytes or none. Errors: -ENOSPC, -ENOMEM, -EFBIG. */
int scratch_read_locked(
	const struct scratch *s, uint64_t off, size_t size, struct buf *ret);
int scratch_write_locked(
	struct tree *tree, struct scratch *s, uint64_t off, const void *bytes, size_t len);
int scratch_truncate_locked(struct tree *tree, struct scratch *s, uint64_t size);
/* Errors: -EOPNOTSUPP for modes other than FALLOC_FL_KEEP_SIZE, -EFBIG, -ENOSPC if the range does
 * not fit into the limit. Reserves nothing. */
int scratch_reserve_locked(
	struct tree *tree, struct scratch *s, int mode, uint64_t off, uint64_t len);
int scratch_setattr_locked(
	struct tree *tree, struct scratch *s, const struct stat *attr, unsigned set);

#endif
