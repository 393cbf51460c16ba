/* SPDX-License-Identifier: MIT */
/* The interface between tree, which is a file system, and view, which knows what the files mean.
 * The view describes nodes with struct node_entry and gives each kind a table of operations. tree
 * adds ids, lookup counts, names and open handles, and scratch files beside them. An operation that
 * a table leaves out always fails with the same errno, which tree decides.
 *
 * Every operation may block until op->deadline_ms; tree calls none of them but key with its lock
 * held. Results are 0 or a negative errno; ret_ is written on success only. */
#ifndef TREE_NODE_H
#define TREE_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "base/buf.h"
#include "base/caller.h"
#include "base/op.h"

struct node; /* one inode of the tree */
struct node_ops;

enum node_kind { NODE_DIR, NODE_FILE, NODE_LINK };

enum node_flags {
	/* Can be looked up, but is not listed. */
	NODE_HIDDEN = 1,
	/* A directory in which programs may make scratch files, links and directories with any
	 * name that the view does not have. */
	NODE_SCRATCH = 2,
	/* A file that grows while it is open (a log): each read calls show again. */
	NODE_LIVE = 4,
	/* A scratch directory made directly in it is a draft: it can be moved away only by
	 * ops->publish of another directory, and any other move is -EPERM. */
	NODE_DRAFTS = 8,
	/* A change by another path of the mount may give the name another node (entries of
	 * lists), so the kernel never keeps the name. */
	NODE_FLEETING = 16,
};

/* How the view describes a node to tree. Within a directory tree recognises a node by its data if
 * that is not NULL, so that an object keeps its inode when its name changes; else by its name. */
struct node_entry {
	const struct node_ops *ops;
	enum node_kind kind;
	unsigned flags; /* enum node_flags */
	/* A reference-counted object, or NULL; directories only. The entry carries one reference
	 * to tree, which returns it through ops->release, at once if it has the node already. */
	void *data;
};

struct node_attr {
	mode_t mode; /* permissions only, before the mount's umask: 0644, 0444, 0755, 0555 */
	uint64_t size; /* bytes, exactly as many as show would give now */
	struct timespec mtime;
	/* The kernel may keep the attributes and the node's name until then (clock_mono_us()
	 * scale), unless tree_change_touch invalidates them (tree/change.h). 0: not at all. */
	uint64_t expires_us;
};

/* Where a node is: the node itself or the nearest ancestor that has data, and the path below it. */
#define NODE_PATH_MAX 4096
struct node_place {
	void *data; /* borrowed: lives as long as the node */
	/* Names joined by '/'; "" for the node with the data itself. */
	char path[NODE_PATH_MAX];
};
/* The place before or after a concurrent rename, never a mixture. Errors: -ENAMETOOLONG. */
int node_locate(const struct node *node, struct node_place *ret);

/* What an open file shows. */
struct node_text {
	/* Set by tree: show must ask the API now and not use a cached answer. */
	bool must_ask;
	struct buf text;
	struct node_attr attr;
	/* Owned, or NULL: what the text was made from. tree frees it with ops->base_free. */
	void *base;
};

/* Called by ops->list for each entry. Takes the entry's data reference. attr may be NULL. Errors:
 * -ENOMEM, which list returns. */
struct node_listing;
int node_listing_add(struct node_listing *listing, const char *name,
	const struct node_entry *entry, const struct node_attr *attr);

enum store_why { STORE_WRITE, STORE_FLUSH, STORE_FSYNC, STORE_RENAME, STORE_RELEASE };

/* A whole text to be stored in a file. */
struct node_store {
	enum store_why why;
	/* Owned by tree. An empty text with STORE_FSYNC or STORE_RENAME means that the writer
	 * emptied the file on purpose. */
	const char *text;
	size_t len;
	/* The text is to be appended to the file's (O_APPEND): it is not the whole text. */
	bool is_append;
	/* The caller that last wrote to the text, or made the snapshot. */
	struct caller writer;
	/* STORE_RENAME: the caller that renames. */
	struct caller mover;
	/* What the view compares the text with, or NULL. For a handle: the base of the text at
	 * open, if a caller read that to its end or the new text still has some of its bytes. For
	 * a scratch file: what base_of returned for its writer. For a snapshot: the base of the
	 * text that was copied. Owned by tree. A store that succeeds may replace it; the view then
	 * frees the old one. */
	void *base;
};

/* A draft, as ops->publish may read it. */
struct node_draft;
/* Calls fn for each name in the draft, a directory before its entries. path is relative
 * ("vpcPrefixes/pods/value"); type is the S_IFMT part of the mode; size is in bytes. Stops when fn
 * returns non-zero, and returns that. Errors of its own: -ENOMEM, -EFBIG, -ENAMETOOLONG. */
int node_draft_walk(const struct node_draft *draft,
	int (*fn)(void *arg, const char *path, mode_t type, uint64_t size), void *arg);
/* Appends the text of a regular file to ret. Errors: -ENOENT, -EISDIR, -EFBIG, -ENOMEM. */
int node_draft_read(const struct node_draft *draft, const char *path, struct buf *ret);

struct node_ops {
	int (*stat)(struct node *node, const struct op *op, struct node_attr *ret);

	/* Directories. */
	int (*lookup)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	int (*list)(struct node *dir, const struct op *op, struct node_listing *listing);
	/* mkdir that makes a node of the view. Returns -ENOSYS if the name is not the view's. Then,
	 * and if absent, tree makes a scratch directory, or returns -EPERM without
	 * NODE_SCRATCH. */
	int (*make)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	/* open(O_CREAT), with or without O_EXCL, of a name that lookup does not find and that is a
	 * file of the view once it has been made (the value of a new entry). Returns -ENOSYS for
	 * every other name. Absent: -ENOSYS for all names. */
	int (*create)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	/* rmdir of an entry that lookup finds. has_scratch: it has visible scratch entries, or a
	 * directory below it has. Absent: -EPERM. */
	int (*remove)(
		struct node *dir, const struct op *op, const char *name, bool has_scratch);
	/* unlink of a file or link that lookup finds. Absent: -EPERM. */
	int (*unlink)(struct node *dir, const struct op *op, const char *name);
	/* rename of a directory that lookup finds; dir and new_dir may be the same. An existing
	 * entry is never replaced. Absent: -EPERM. */
	int (*rename)(struct node *dir, const struct op *op, const char *name,
		struct node *new_dir, const char *new_name);

	/* Files and links: the text of a file, the target of a link. */
	int (*show)(struct node *node, const struct op *op, struct node_text *ret);
	/* Whether the text is complete, so that tree stores it inside write(2): a value ends in a
	 * newline, spec.json is one complete object. Does not block. Absent: a text is complete if
	 * it ends in a newline. */
	bool (*complete)(struct node *node, const char *text, size_t len);
	/* Stores a text. When it returns 0 the change has reached its destination, and stat and
	 * show give the final text. Absent: write(2) fails with -EPERM unless show, with must_ask,
	 * has the same bytes in that place. */
	int (*store)(struct node *node, const struct op *op, struct node_store *store);
	/* Called when the caller of op has read the text that was made from base (borrowed, may be
	 * NULL) from its beginning to its end on one handle. Does not block. May be absent. */
	void (*was_read)(struct node *node, const struct op *op, void *base);
	void (*base_free)(void *base);
	/* Directories: the base for a text that this caller writes into a scratch file below, for
	 * when that is renamed onto a file. Owned by the tree, or NULL. Does not block. Absent:
	 * NULL. */
	void *(*base_of)(struct node *dir, const struct caller *writer);
	/* Directories: a draft (NODE_DRAFTS) is renamed to `name` here. Returns -EEXIST if the name
	 * is taken; only the view knows, since a look-up may be old. On 0 *ret is the object that
	 * the draft has become. If ret->ops is NULL, no object was made (a dry run), and the draft
	 * stays. Absent: -EPERM. */
	int (*publish)(struct node *dir, const struct op *op, const char *name,
		const struct node_draft *draft, struct node_entry *ret);
	/* Of an object's directory: whether the view claims this path below the object (or below a
	 * draft) for a file or directory of its own, even if that does not exist. After publish
	 * tree drops claimed names of the draft; all others stay beside the object as scratch. Does
	 * not block. Absent: no path is claimed. */
	bool (*claims)(const char *path, bool is_dir);

	/* Called when tree itself refuses, with errnum (positive), an operation on this file, or on
	 * name in this directory, so that the view can record why. what is the operation in a
	 * word, such as "write" or "mv". name may be NULL. Does not block. May be absent. */
	void (*refused)(struct node *node, const char *what, const char *name, int errnum);

	/* A hash of the id of the object with this data, from which its inode number is made;
	 * constant for the life of the mount. Without data the name is used. Does not block, and
	 * takes no lock. Absent for the root only, or if data is always NULL. */
	uint64_t (*key)(const void *data);
	/* Drops a data reference. Does not block. May be absent if data is always NULL. */
	void (*release)(void *data);
};

#endif
