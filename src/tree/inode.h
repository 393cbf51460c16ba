/* SPDX-License-Identifier: MIT */
/* The tree's insides, for its own sources: nodes, who holds them, and the one lock.
 *
 * A node lives while the kernel counts lookups of it (nlookup) or the tree holds it (refs: children, names, open files,
 * running calls). Functions named _locked want the lock held. Freed nodes wait on the tree's dead list until tree_unlock,
 * so that the view's release never runs under the lock. */
#ifndef TREE_INODE_H
#define TREE_INODE_H

#include <pthread.h>
#include <stdatomic.h>
#include "keys.h"
#include "pool.h"
#include "table.h"
#include "tree/change.h"
#include "tree/tree.h"

struct name; /* one text, shared by all nodes of that name */
struct opened;
struct overlay;
struct scratch;

enum node_bits {
	BIT_KEYED = 1,	 /* found by (parent, data or name) */
	BIT_GONE = 2,	 /* removed: nothing can be made in it */
	BIT_OVERLAY = 4, /* a directory with scratch entries */
	BIT_FROZEN =
		8, /* what a file was when it was opened; the name has another node now */
	BIT_TOUCHED = 16, /* and not opened since */
};

/* 64 bytes, see pool.h. Numbers of other nodes: 0 is none. */
struct node {
	struct name *name; /* counted; NULL: the root, scratch that is no directory */
	const struct node_ops *ops; /* NULL: a scratch node */
	union {
		void *data;		 /* view, a directory: one reference, or NULL */
		uint64_t kept;		 /* view, a file: hash of the text whose pages the
					    kernel may have; 0: none */
		struct scratch *scratch; /* owned */
	};
	uint64_t ino;	     /* st_ino */
	uint32_t generation; /* the upper half of the id */
	uint32_t refs;
	uint32_t nlookup; /* UINT32_MAX stays */
	uint32_t parent;  /* counted; none where name is NULL */
	uint32_t next;	  /* chain of tree->keys, of the dead list or of free slots */
	uint32_t
		next_below; /* view, not below the root: chain of the parent's first_below */
	union {
		uint32_t first_below; /* view, a directory that is not the root */
		struct {	      /* a file */
			uint16_t
				sharers; /* open files whose pages are the kernel's; UINT16_MAX
					     stays */
			uint16_t writers; /* open files that may write; likewise */
		};
	};
	uint8_t kind;  /* enum node_kind; scratch: NODE_DIR or not */
	uint8_t flags; /* enum node_flags */
	uint8_t bits;  /* enum node_bits */
};

/* Who was sent to look a name up again. */
struct bounce {
	pid_t pid; /* 0: none */
	uint64_t ino;
	bool writes;
	uint64_t until_ms; /* then nobody is expected back */
};
#define BOUNCES 16

struct tree {
	pthread_mutex_t lock;
	struct tree_options options;
	struct pool pool;
	struct keys keys;
	struct table names, entries, overlays;
	struct node *root; /* owned */
	uint32_t dead;	   /* number of the first, until tree_unlock */
	struct opened *opened;
	const struct tree_notifier *notifier; /* borrowed, or NULL */
	pthread_rwlock_t
		grants; /* an answer that may be kept is on its way; a touch comes through */
	atomic_uint_fast64_t stamp; /* touches so far */
	atomic_uint changing;	    /* between begin and end */
	struct bounce bounces[BOUNCES];
	unsigned next_bounce;
	uint64_t next_scratch; /* st_ino */
	uint64_t handles;
	uint64_t scratch_nodes, scratch_used;
};

void tree_lock(struct tree *tree);
void tree_unlock(struct tree *tree);

/* Pinned, or NULL. */
struct node *node_get(struct tree *tree, uint64_t id);
struct node *node_get_locked(struct tree *tree, uint64_t id);
/* With one reference. Errors: NULL. */
struct node *node_alloc_locked(struct tree *tree);
struct node *node_ref_locked(struct node *node);
void node_unref_locked(struct node *node);
/* Takes the lock; NULL is fine. For CLEANUP_NODE. */
void node_put(struct node *node);
void node_cleanup(struct node **node);
#define CLEANUP_NODE CLEANUP(node_cleanup)

/* The node of a view entry, pinned; made when it is new. Takes entry->data. Errors: -ENOMEM. */
int node_intern(struct node *parent, const char *name, const struct node_entry *entry,
	struct node **ret);
/* The st_ino the entry's node has or will have. */
uint64_t node_ino_of(
	const struct node *parent, const char *name, const struct node_entry *entry);
/* A scratch node with no name yet, pinned. Takes scratch on success. Errors: -ENOMEM. */
int node_new_scratch_locked(
	struct tree *tree, struct scratch *scratch, bool is_dir, struct node **ret);
/* From now on a node of this name is another one. */
void node_orphan_locked(struct node *node);
/* A view directory or scratch directory has this place now. Errors: -ENOMEM. */
int node_move_locked(struct node *node, struct node *parent, const char *name);
void node_count_lookup(struct node *node);
/* For who opens a node that was touched (change.c). An answer from before the touch may be with a process that has not looked at
 * it yet: the kernel made the inode of it when the touch had been told, and keeps its size. Now it has the inode. */
void change_tell_again(const struct node *node);

static inline struct node *parent_of(const struct node *node)
{
	return pool_node(node_tree(node), node->parent);
}

/* The object of a directory of the view, or NULL. */
static inline void *node_data(const struct node *node)
{
	return node->ops && node->kind == NODE_DIR ? node->data : NULL;
}

static inline bool node_is_scratch(const struct node *node)
{
	return node->ops == NULL;
}

static inline bool node_is_view(const struct node *node, enum node_kind kind)
{
	return node->ops && node->kind == kind;
}

/* Of the node with this data below the root, not pinned; NULL: the kernel has not asked for it. */
struct node *node_of_data_locked(struct tree *tree, const void *data);

/* The nearest ancestor-or-self with data, or NULL. */
const struct node *node_anchor_locked(const struct node *node);
bool node_is_below_locked(const struct node *node, const struct node *ancestor);

#endif
