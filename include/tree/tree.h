/* SPDX-License-Identifier: MIT */
/* The file system: nodes with ids, names and open handles, and scratch files in memory beside what
 * the view shows. fs translates each request of the kernel into one of these calls.
 *
 * Every call may come from any thread. Calls with a struct op may call the view and so block until
 * op->deadline_ms; the others do not block. Results are 0 or a negative errno; ret_ is written on
 * success only. An id that is unknown or has been forgotten is -ESTALE. Some errors of the view are
 * translated here: -ENOENT on an open handle becomes -ESTALE, and -EINVAL from fsync and rename
 * becomes -EIO. */
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
#define TREE_TEXT_MAX		 (4 << 20) /* bytes of a field file's text; more is -EFBIG */
#define TREE_LIVE_MAX		 (16 << 20) /* bytes of the text of a NODE_LIVE file */
#define TREE_SCRATCH_MAX_DEFAULT (64 << 20)

struct tree_options {
	uid_t uid; /* uid and gid own every node of the view */
	gid_t gid;
	mode_t umask; /* removed from the modes of the view's nodes */
	/* Limit on the bytes of all scratch texts together; each node and name counts some bytes,
	 * too. 0: TREE_SCRATCH_MAX_DEFAULT. */
	uint64_t scratch_max;
};

/* Takes the data reference of root, on failure too. Errors: -ENOMEM. */
int tree_new(const struct node_entry *root, const struct tree_options *options,
	struct tree **ret);
/* Closes all that is still open and drops texts that were not sent. No call may be running. tree
 * may be NULL. */
void tree_free(struct tree *tree);

struct tree_stats {
	uint64_t nodes;		/* ids in use */
	uint64_t handles;	/* open files */
	uint64_t scratch_nodes; /* scratch files, directories and links */
	uint64_t scratch_bytes; /* charged to scratch_max */
	uint64_t scratch_max;
};
void tree_stats(struct tree *tree, struct tree_stats *ret);
/* Charges and refunds bytes that the view keeps like scratch (entries that have no value yet).
 * Errors: -ENOSPC. */
int tree_scratch_charge(struct tree *tree, uint64_t bytes);
void tree_scratch_refund(struct tree *tree, uint64_t bytes);

/* The answer to a look-up of a name or a question for attributes. */
struct tree_entry {
	uint64_t id; /* 0 in a listing: there are no attributes and no lookup is counted */
	bool scratch;
	/* The kernel may keep the attributes, and the name, until then (clock_mono_us() scale;
	 * tree/change.h). 0: not at all. */
	uint64_t expires_us, name_expires_us;
	struct stat attr;
};

/* Names. Each call with a ret that succeeds counts one lookup of ret->id, which the caller returns
 * with tree_forget. */
int tree_lookup(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	struct tree_entry *ret);
void tree_forget(struct tree *tree, uint64_t id, uint64_t count);
int tree_mkdir(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	mode_t mode, struct tree_entry *ret);
/* Makes a regular file, pipe or socket. Errors: -EPERM for devices, and in a directory that may not
 * have scratch files. */
int tree_mknod(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	mode_t mode, struct tree_entry *ret);
int tree_symlink(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	const char *target, struct tree_entry *ret);
/* Only for scratch nodes that are no directories; -EPERM for others. Errors: -EMLINK for a snapshot
 * of a field, which may have only one name: the kernel may know it by another id, which follows the
 * name. */
int tree_link(struct tree *tree, const struct op *op, uint64_t id, uint64_t dir,
	const char *name, struct tree_entry *ret);
int tree_unlink(struct tree *tree, const struct op *op, uint64_t dir, const char *name);
int tree_rmdir(struct tree *tree, const struct op *op, uint64_t dir, const char *name);
/* flags: 0 or RENAME_NOREPLACE; any other is -EINVAL. src/tree/rename.c lists what a rename does.
 */
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
/* Sets the members of attr that set (enum tree_set) names. Field files accept all and change
 * nothing, except that a size with a handle truncates that handle's text. */
int tree_setattr(struct tree *tree, const struct op *op, uint64_t id, struct handle *handle,
	const struct stat *attr, unsigned set, struct tree_entry *ret);
int tree_readlink(struct tree *tree, const struct op *op, uint64_t id, struct buf *ret);

/* Open files. The caller closes ret->handle with tree_release. */
struct tree_open {
	struct handle *handle;
	bool scratch;
};
/* flags as open(2). */
int tree_open(struct tree *tree, const struct op *op, uint64_t id, int flags,
	struct tree_open *ret);
/* Opens the name, and makes it if it does not exist. With O_EXCL an existing name is -EEXIST.
 * Counts one lookup. */
int tree_create(struct tree *tree, const struct op *op, uint64_t dir, const char *name,
	mode_t mode, int flags, struct tree_entry *ret_entry, struct tree_open *ret);
/* Appends at most size bytes from off to ret; fewer at the end of the file. */
int tree_read(struct handle *handle, const struct op *op, uint64_t off, size_t size,
	struct buf *ret);
/* Writes all bytes or none. append: the descriptor has O_APPEND at the moment. */
int tree_write(struct handle *handle, const struct op *op, uint64_t off, const void *bytes,
	size_t len, bool append);
int tree_flush(struct handle *handle, const struct op *op);
int tree_fsync(struct handle *handle, const struct op *op);
/* Sends a text that is still pending, ignoring errors, and frees the handle. */
void tree_release(struct handle *handle, const struct op *op);
/* mode is 0 or FALLOC_FL_KEEP_SIZE, as for fallocate(2). Errors: -EOPNOTSUPP on field files and for
 * other modes. */
int tree_fallocate(struct handle *handle, int mode, uint64_t off, uint64_t len);

/* Directories. Opening does not call the view. tree_readdir_begin lists the directory at the first
 * read, and again when the reader starts over. */
int tree_opendir(
	struct tree *tree, const struct op *op, uint64_t id, struct dir_list **ret);
/* Called for each entry from off on. With plus, entry has id and all attributes if they are known
 * without asking, and a lookup is counted if fill returns true. entry->attr always has st_ino and
 * the type. Returns false if the entry did not fit. */
typedef bool (*tree_fill)(
	void *arg, const char *name, const struct tree_entry *entry, uint64_t next_off);
int tree_readdir_begin(struct dir_list *list, const struct op *op, uint64_t off);
/* Called after tree_readdir_begin with the same off. Does not block. */
int tree_readdir(struct dir_list *list, uint64_t off, bool plus, tree_fill fill, void *arg);
void tree_closedir(struct dir_list *list);

/* Extended attributes: user.* on scratch nodes. setxattr takes XATTR_CREATE and XATTR_REPLACE.
 * getxattr and listxattr append to ret; a list consists of names with their NUL. Field files have
 * an empty list, and all else on them is -EOPNOTSUPP. */
#define TREE_XATTR_MAX 65536
int tree_setxattr(struct tree *tree, uint64_t id, const char *name, const void *value,
	size_t len, int flags);
int tree_getxattr(struct tree *tree, uint64_t id, const char *name, struct buf *ret);
int tree_listxattr(struct tree *tree, uint64_t id, struct buf *ret);
int tree_removexattr(struct tree *tree, uint64_t id, const char *name);

#endif
