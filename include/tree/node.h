/* SPDX-License-Identifier: MIT */
/* The seam between "a file system" (tree) and "what the files mean" (view). The view describes
 * nodes with struct node_entry and gives each kind a table of operations; tree gives them ids,
 * lookup counts, names, open handles, and puts scratch files beside them. What an ops table
 * leaves out means one errno, decided once in tree.
 *
 * Every operation may block until op->deadline_ms; tree calls none of them with its lock held.
 * Results are 0 or a negative errno; ret_ is written on success only. */
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
	/* Reachable by name, not listed. */
	NODE_HIDDEN = 1,
	/* A directory in which any other name may be made as a scratch file, link or directory. */
	NODE_SCRATCH = 2,
	/* A file that grows while it is open (log): each read asks show anew. */
	NODE_LIVE = 4,
	/* A scratch directory made directly in it is a draft: it leaves by ops->publish of
	 * another directory only, and moves elsewhere are -EPERM. */
	NODE_DRAFTS = 8,
	/* The name may come to mean another node by another path of this mount (entries of
	 * lists): the kernel never keeps it. */
	NODE_FLEETING = 16,
};

/* How the view names a node to tree. Within one directory a node is found again by its data
 * when that is not NULL (so an object keeps its inode when its name changes), else by its name. */
struct node_entry {
	const struct node_ops *ops;
	enum node_kind kind;
	unsigned flags; /* enum node_flags */
	/* An object with a life of its own, or NULL; one reference goes to tree with the entry,
	 * which gives it back through ops->release, at once when it knows the node already.
	 * Directories only. */
	void *data;
	/* With data: which object it is, the same for as long as the mount lives (a hash of its
	 * id); the inode number is made from it. 0 or no data: made from the name. */
	uint64_t key;
};

struct node_attr {
	mode_t mode; /* permissions only, before the mount's umask: 0644, 0444, 0755, 0555 */
	uint64_t size; /* bytes, exact: what show would give now */
	struct timespec mtime;
	/* clock_mono_us() until which this and the node's name stay true, unless
	 * tree_change_touch says otherwise (tree/change.h): so long they need not be asked for
	 * again. 0: not at all. */
	uint64_t expires_us;
};

/* Where a node is: the nearest ancestor-or-self that has data, and the path below it. */
#define NODE_PATH_MAX 4096
struct node_place {
	void *data; /* borrowed: lives as long as the node */
	/* "" for the node with the data itself; names joined by '/'. */
	char path[NODE_PATH_MAX];
};
/* Consistent under renames. Errors: -ENAMETOOLONG. */
int node_locate(const struct node *node, struct node_place *ret);

/* What an open file shows. */
struct node_text {
	/* Set by tree: the text must answer a question that is asked from now on, not a cached
	 * answer. */
	bool must_ask;
	struct buf text;
	struct node_attr attr;
	/* Owned, or NULL: what the text was made from; given back with ops->base_free. */
	void *base;
};

/* Sink of a listing. Returns 0, or -ENOMEM, which list passes on. attr may be NULL. The entry's
 * data reference is taken. */
struct node_listing;
int node_listing_add(struct node_listing *listing, const char *name,
	const struct node_entry *entry, const struct node_attr *attr);

enum store_why { STORE_WRITE, STORE_FLUSH, STORE_FSYNC, STORE_RENAME, STORE_RELEASE };

/* A whole text that a file shall get. */
struct node_store {
	enum store_why why;
	/* Owned by tree; empty with STORE_FSYNC and STORE_RENAME: somebody emptied it on
	 * purpose. */
	const char *text;
	size_t len;
	/* The text is to be added to what is there (O_APPEND): it is not the whole. */
	bool is_append;
	struct caller writer; /* who wrote its bytes last, or made the snapshot */
	struct caller mover;  /* STORE_RENAME: who renames */
	/* What the text is compared with, as far as tree knows: what was read on this handle to
	 * its end, or what it still holds bytes of; of a scratch file what base_of said of its
	 * writer; of a snapshot the text it is a copy of. NULL: none. Owned by tree; the view
	 * may replace it when it succeeds (the old one is then the view's to free). */
	void *base;
};

/* A scratch directory that shall become an object of the view, as publish may look at it. */
struct node_draft;
/* Calls fn for each name below, a directory before what is in it; path is relative
 * ("vpcPrefixes/pods/value"). kind as in stat's type. Stops at the first that returns non-zero
 * and returns that. */
int node_draft_walk(const struct node_draft *draft,
	int (*fn)(void *arg, const char *path, mode_t type, uint64_t size), void *arg);
/* Adds the text of a regular file. Errors: -ENOENT, -EISDIR, -EFBIG, -ENOMEM. */
int node_draft_read(const struct node_draft *draft, const char *path, struct buf *ret);

struct node_ops {
	int (*stat)(struct node *node, const struct op *op, struct node_attr *ret);

	/* Directories. */
	int (*lookup)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	int (*list)(struct node *dir, const struct op *op, struct node_listing *listing);
	/* mkdir that means something. Absent: a scratch directory where the directory is
	 * NODE_SCRATCH, else -EPERM. -ENOSYS: as if absent, for this name. */
	int (*make)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	/* open(O_CREAT), also with O_EXCL, of a name that lookup does not give and that is a
	 * file of the view once it has been made (the value of a new entry). -ENOSYS for every
	 * other name; absent: for all. */
	int (*create)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	/* rmdir of an entry that lookup gives. has_scratch: visible scratch entries are below
	 * it. Absent: -EPERM. */
	int (*remove)(
		struct node *dir, const struct op *op, const char *name, bool has_scratch);
	/* unlink of a file or link that lookup gives, where that means something. Absent:
	 * -EPERM. */
	int (*unlink)(struct node *dir, const struct op *op, const char *name);
	/* Rename of a directory that lookup gives; dir == new_dir or not. Absent: -EPERM.
	 * noreplace: RENAME_NOREPLACE. */
	int (*rename)(struct node *dir, const struct op *op, const char *name,
		struct node *new_dir, const char *new_name, bool noreplace);

	/* Files and links (a link's text is its target). */
	int (*show)(struct node *node, const struct op *op, struct node_text *ret);
	/* Whether a write is to be decided inside write(2) when the handle's whole text is
	 * this: a value's text ends in a newline, spec.json is one complete object. Does not
	 * block. Absent: the text ends in a newline. */
	bool (*complete)(struct node *node, const char *text, size_t len);
	/* The file's text shall be this. On 0 the change is at its destination and stat and
	 * show give the final text. Absent: -EPERM at write(2) unless show, with must_ask, has
	 * these bytes at that place. */
	int (*store)(struct node *node, const struct op *op, struct node_store *store);
	/* The caller of op has read the text that was made from base (borrowed, may be NULL),
	 * on one handle, from its begin to its end. Does not block. Absent: nobody cares. */
	void (*was_read)(struct node *node, const struct op *op, void *base);
	void (*base_free)(void *base);
	/* Directories: what a text that this process writes into a scratch file below is
	 * compared with when it is renamed onto a file: owned, or NULL. Does not block. Absent:
	 * NULL. */
	void *(*base_of)(struct node *dir, const struct caller *writer);
	/* Directories: a draft (NODE_DRAFTS) is renamed to `name` here; -EEXIST when that is
	 * taken, which only the view can tell (a look-up may be old). On 0 *ret is the object that
	 * it has become; with ret->ops NULL nothing has become of it (a dry run), and it stays.
	 * Absent: -EPERM. */
	int (*publish)(struct node *dir, const struct op *op, const char *name,
		const struct node_draft *draft, struct node_entry *ret);
	/* Whether this path below the object (or below a draft) is a file or directory of the
	 * view's making, there or not: after publish such names of the draft are dropped, all
	 * others stay beside the object as scratch. Asked of the object's directory. Does not
	 * block. */
	bool (*claims)(const char *path);

	/* The tree itself has refused, with errnum, what somebody wanted of this file, or in this
	 * directory with name; what is the program that would do it. For who records why. Does not
	 * block. Absent: nobody is told. */
	void (*refused)(struct node *node, const char *what, const char *name, int errnum);

	/* Gives a data reference back. Does not block. Absent when data is always NULL. */
	void (*release)(void *data);
};

#endif
