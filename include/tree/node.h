/* SPDX-License-Identifier: MIT */
/* The seam between "a file system" (tree) and "what the files mean" (view). The view describes nodes with struct
 * node_entry and gives each kind a table of operations; tree gives them ids, lookup counts, names, open handles, and puts
 * scratch files beside them. What an ops table leaves out means one errno, decided once in tree.
 *
 * Every operation may block until op->deadline_ms; tree calls none of them with its lock held. Results are 0 or a
 * negative errno; ret_ is written on success only. */
#ifndef TREE_NODE_H
#define TREE_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "base/buf.h"
#include "base/op.h"

struct node; /* one inode of the tree */
struct node_ops;

enum node_kind { NODE_DIR, NODE_FILE, NODE_LINK };

enum node_flags {
	NODE_HIDDEN = 1, /* reachable by name, not listed */
	NODE_SCRATCH =
		2, /* a directory in which any other name may be made as a scratch file, link or directory */
	NODE_LIVE =
		4, /* a file that grows while it is open (log): each read asks show anew */
};

/* How the view names a node to tree. Within one directory a node is found again by its data when that is not NULL (so an
 * object keeps its inode when its name changes), else by its name. */
struct node_entry {
	const struct node_ops *ops;
	enum node_kind kind;
	unsigned flags; /* enum node_flags */
	void *data; /* an object with a life of its own, or NULL; one reference goes to tree with the entry, which gives
			   it back through ops->release, at once when it knows the node already */
	uint64_t
		key; /* with data: which object it is, the same for as long as the mount lives (a hash of its id);
			 the inode number is made from it. 0 or no data: made from the name */
};

struct node_attr {
	mode_t mode; /* permissions only, before the mount's umask: 0644, 0444, 0755, 0555 */
	uint64_t size; /* bytes, exact: what show would give now */
	struct timespec mtime;
	/* clock_mono_us() until which this and the node's name stay true, unless tree_change_touch says otherwise (tree/change.h):
	 * so long they need not be asked for again. 0: not at all, and it may change without a touch. */
	uint64_t until_us;
};

/* Where a node is: the nearest ancestor-or-self that has data, and the path below it. */
#define NODE_PATH_MAX 4096
struct node_place {
	void *data; /* borrowed: lives as long as the node */
	char path
		[NODE_PATH_MAX]; /* "" for the node with the data itself; names joined by '/' */
};
/* Consistent under renames. Errors: -ENAMETOOLONG. */
int node_locate(const struct node *node, struct node_place *ret);

/* What an open file shows: its text, and what the text was made from, which comes back with store. */
struct node_text {
	bool is_read; /* set by tree: a program will read it, it is not only there to be written over */
	struct buf text;
	/* The attributes with this text; with an until_us it changes by tree_change_touch only, and its pages may be kept. */
	struct node_attr attr;
	void *origin; /* owned, or NULL; given back with ops->origin_free */
};

/* Sink of a listing. Returns 0, or -ENOMEM, which list passes on. attr may be NULL. The entry's data reference is taken. */
struct node_listing;
int node_listing_add(struct node_listing *listing, const char *name,
	const struct node_entry *entry, const struct node_attr *attr);

enum store_why { STORE_WRITE, STORE_FLUSH, STORE_FSYNC, STORE_RENAME, STORE_RELEASE };

struct node_ops {
	int (*stat)(struct node *node, const struct op *op, struct node_attr *ret);

	/* Directories. */
	int (*lookup)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	int (*list)(struct node *dir, const struct op *op, struct node_listing *listing);
	/* mkdir that means something. Absent: a scratch directory where the directory is NODE_SCRATCH, else -EPERM.
	 * -ENOSYS: as if absent, for this name. */
	int (*make)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	/* open(O_CREAT), also with O_EXCL, of a file that is there and has never been given a value: whoever makes it, fills it.
	 * -ENOSYS for every other name; absent: for all. */
	int (*create)(struct node *dir, const struct op *op, const char *name,
		struct node_entry *ret);
	/* rmdir of an entry that lookup gives. has_scratch: visible scratch entries are below it. Absent: -EPERM. */
	int (*remove)(
		struct node *dir, const struct op *op, const char *name, bool has_scratch);
	/* unlink of a file or link that lookup gives, where that means something. Absent: -EPERM. */
	int (*unlink)(struct node *dir, const struct op *op, const char *name);
	/* Rename of a directory that lookup gives; dir == new_dir or not. Absent: -EPERM. noreplace: RENAME_NOREPLACE. */
	int (*rename)(struct node *dir, const struct op *op, const char *name,
		struct node *new_dir, const char *new_name, bool noreplace);

	/* Files and links (a link's text is its target). */
	int (*show)(struct node *node, const struct op *op, struct node_text *ret);
	/* Whether a write is to be decided inside write(2) when the handle's whole text is this: a value's text ends in a newline,
	 * spec.json is one complete object. Does not block. Absent: the text ends in a newline. */
	bool (*complete)(struct node *node, const char *text, size_t len);
	/* The file's text shall be this. On 0 the change is at its destination and stat and show give the final text.
	 * *origin: what the handle had read, or NULL (a scratch renamed here); replaced when the store moved it on.
	 * Absent: -EPERM at write(2) unless the bytes are the file's own (section 3 of the design). */
	int (*store)(struct node *node, const struct op *op, enum store_why why,
		const char *text, size_t len, void **origin);
	void (*origin_free)(void *origin);
	/* What a text that is written from now on will be compared with, owned, or NULL: the origin of a handle that is opened
	 * with O_TRUNC or without reading (show is for those who read), and, asked of the directory, of a scratch file made
	 * in it: *origin of its store when it is renamed onto a file. Does not block. Absent: NULL. */
	void *(*origin)(struct node *node);

	/* Gives a data reference back. Does not block. Absent when data is always NULL. */
	void (*release)(void *data);
};

/* What ops may ask of their node. */
struct node *node_parent(struct node *node); /* borrowed from node; NULL for the root */

#endif
