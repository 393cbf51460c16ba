/* SPDX-License-Identifier: MIT */
/* What a file system is: nodes with ids, names, open handles, and scratch files in memory
 * beside what the view shows. fs translates requests of the kernel into these calls, one to
 * one.
 *
 * Every call may come from any thread. Calls with a struct op may ask the view and so block
 * until op->deadline_ms; the others do not block. Results are 0 or a negative errno; ret_ is
 * written on success only. An id that is not (any more) known is -ESTALE. What a field file's
 * errors turn into on the way is decided here: -ENOENT out of an open handle is -ESTALE,
 * -EINVAL out of fsync and rename is -EIO. */
#ifndef TREE_TREE_H
#define TREE_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/op.h"
#include "tree/node.h"

struct tree;
struct handle;	 /* an open file */
struct dir_list; /* an open directory */

#define TREE_ROOT_ID		 1
#define TREE_NAME_MAX		 255	   /* bytes */
#define TREE_TEXT_MAX		 (4 << 20) /* bytes of a field handle's text; more is -EFBIG */
#define TREE_SCRATCH_MAX_DEFAULT (64 << 20)

struct tree_options {
	uid_t uid; /* of every node of the view */
	gid_t gid;
	mode_t umask; /* taken off the view's modes */
	/* Bytes of text over all scratch nodes, with a little for each node and name; 0:
	 * TREE_SCRATCH_MAX_DEFAULT. */
	uint64_t scratch_max;
};

/* root: its data reference is taken, on failure too. Errors: -ENOMEM. */
int tree_new(const struct node_entry *root, const struct tree_options *options,
	struct tree **ret);
/* No call may be running. What is still open is closed, and texts nobody decided are dropped.
 * NULL is fine. */
void tree_free(struct tree *tree);

struct tree_stats {
	uint64_t nodes;		/* ids in use */
	uint64_t handles;	/* open files */
	uint64_t scratch_nodes; /* scratch files, directories and links */
	uint64_t scratch_bytes; /* taken of scratch_max */
	uint64_t scratch_max;
};
void tree_stats(struct tree *tree, struct tree_stats *ret);
/* Bytes that the view keeps in place of scratch (entries that have no value yet) count, too.
 * Errors: -ENOSPC. */
int tree_scratch_charge(struct tree *tree, uint64_t bytes);
void tree_scratch_refund(struct tree *tree, uint64_t bytes);

/* What a name or a node answers with. */
struct tree_entry {
	uint64_t id; /* 0 in a listing: no attributes, no lookup counted */
	bool scratch;
	/* clock_mono_us() until which the attributes, and the name, may be kept (tree/change.h);
	 * 0: not at all. */
	uint64_t expires_us, name_expires_us;
	struct stat attr;
};

/* Names. Each success with a ret counts one lookup of ret->id, to be given back with
 * tree_forget. */
int tree_lookup(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	struct tree_entry *ret);
void tree_forget(struct tree *tree, uint64_t id, uint64_t count);
int tree_mkdir(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	mode_t mode, struct tree_entry *ret);
/* Regular files, pipes and sockets. Errors: -EPERM for devices and where no scratch may be. */
int tree_mknod(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	mode_t mode, struct tree_entry *ret);
int tree_symlink(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	const char *target, struct tree_entry *ret);
/* Scratch that is no directory. Errors: -EMLINK for the copy of a field, which has one name
 * only: the kernel may have another id for it, and that follows the name. */
int tree_link(struct tree *tree, const struct op *op, uint64_t id, uint64_t dir,
	const char *name, struct tree_entry *ret);
int tree_unlink(struct tree *tree, const struct op *op, uint64_t dir, const char *name);
int tree_rmdir(struct tree *tree, const struct op *op, uint64_t dir, const char *name);
/* flags: 0 or RENAME_NOREPLACE, all else is -EINVAL. What a rename means: src/tree/rename.c. */
int tree_rename(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	uint64_t new_dir, const char *new_name, unsigned flags);

/* Attributes. handle may be NULL. */
int tree_getattr(struct tree *tree, const struct op *op, uint64_t id, struct handle *handle,
	struct tree_entry *ret);

enum tree_set {
	TREE_SET_MODE = 1,
	TREE_SET_UID = 2,
	TREE_SET_GID = 4,
	TREE_SET_SIZE = 8,
	TREE_SET_ATIME = 16,
	TREE_SET_MTIME = 32,
	TREE_SET_ATIME_NOW = 64,
	TREE_SET_MTIME_NOW = 128,
	TREE_SET_CTIME = 256,
};
/* Takes from attr what set (enum tree_set) names. Field files accept everything and change
 * nothing; a size with a handle cuts that handle's own text. */
int tree_setattr(struct tree *tree, const struct op *op, uint64_t id, struct handle *handle,
	const struct stat *attr, unsigned set, struct tree_entry *ret);
int tree_readlink(struct tree *tree, const struct op *op, uint64_t id, struct buf *ret);

/* Open files. ret is given back with tree_release. */
struct tree_open {
	struct handle *handle;
	bool scratch;
};
/* flags as open(2). */
int tree_open(struct tree *tree, const struct op *op, uint64_t id, int flags,
	struct tree_open *ret);
/* A name that exists already is opened, unless flags has O_EXCL. Counts one lookup. */
int tree_create(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	mode_t mode, int flags, struct tree_entry *ret_entry, struct tree_open *ret);
/* Adds at most size bytes from off to ret; fewer at the end of the file. */
int tree_read(struct handle *handle, const struct op *op, uint64_t off, size_t size,
	struct buf *ret);
/* All bytes or none. append: the descriptor has O_APPEND now. */
int tree_write(struct handle *handle, const struct op *op, uint64_t off, const void *bytes,
	size_t len, bool append);
int tree_flush(struct handle *handle, const struct op *op);
int tree_fsync(struct handle *handle, const struct op *op);
/* Last resort for a text that is still undecided; then frees the handle. */
void tree_release(struct handle *handle, const struct op *op);
/* mode as fallocate(2): 0 and FALLOC_FL_KEEP_SIZE. Errors: -EOPNOTSUPP on field files and for
 * other modes. */
int tree_fallocate(struct handle *handle, int mode, uint64_t off, uint64_t len);

/* Directories: opening asks nobody; a snapshot is taken at the begin of the first read, and
 * again when the reader starts over. */
int tree_opendir(
	struct tree *tree, const struct op *op, uint64_t id, struct dir_list **ret);
/* Called for each entry from off on. plus: entry has id and attr where they are known without
 * asking, and a lookup is counted when fill returns true. entry->attr has st_ino and the type
 * always. Returns false when it did not fit. */
typedef bool (*tree_fill)(
	void *arg, const char *name, const struct tree_entry *entry, uint64_t next_off);
int tree_readdir_begin(struct dir_list *list, const struct op *op, uint64_t off);
/* After the begin of the same off. Does not block. */
int tree_readdir(struct dir_list *list, uint64_t off, bool plus, tree_fill fill, void *arg);
void tree_closedir(struct dir_list *list);

/* Extended attributes: user.* on scratch nodes. set flags: XATTR_CREATE, XATTR_REPLACE.
 * getxattr and listxattr add to ret; a list is names with their NUL. Field files: -EOPNOTSUPP,
 * and an empty list. */
#define TREE_XATTR_MAX 65536
int tree_setxattr(struct tree *tree, uint64_t id, const char *name, const void *value,
	size_t len, int flags);
int tree_getxattr(struct tree *tree, uint64_t id, const char *name, struct buf *ret);
int tree_listxattr(struct tree *tree, uint64_t id, struct buf *ret);
int tree_removexattr(struct tree *tree, uint64_t id, const char *name);

#endif
