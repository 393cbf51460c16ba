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
};

/* 104 bytes: ten thousand VPCs are 300,000 of them. */
struct node {
	struct tree *tree;
	void *next_id;	     /* chain of tree->ids, or of the dead list */
	void *next_key;	     /* chain of tree->keys */
	struct node *parent; /* counted; NULL: the root, scratch that is no directory */
	struct name *name;   /* counted; NULL likewise */
	const struct node_ops *ops; /* NULL: a scratch node */
	union {
		void *data;		 /* view: one reference, or NULL */
		struct scratch *scratch; /* owned */
	};
	struct node *
		next_below; /* view, not below the root: chain of the parent's first_below */
	union {
		struct node *first_below; /* a directory of the view, not the root */
		uint64_t
			kept; /* a file: hash of the text whose pages the kernel may have; 0: none */
	};
	uint64_t id;
	uint64_t ino;	  /* st_ino */
	uint32_t nlookup; /* UINT32_MAX stays */
	uint32_t refs;
	uint16_t sharers; /* open files whose pages are the kernel's; UINT16_MAX stays */
	uint16_t writers; /* open files that may write; likewise */
	uint8_t kind;	  /* enum node_kind; scratch: NODE_DIR or not */
	uint8_t flags;	  /* enum node_flags */
	uint8_t bits;	  /* enum node_bits */
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
	struct table ids, keys, names, entries, overlays;
	struct node *root; /* owned */
	struct node *dead; /* until tree_unlock */
	struct opened *opened;
	const struct tree_notifier *notifier; /* borrowed, or NULL */
	pthread_rwlock_t
		grants; /* an answer that may be kept is on its way; a touch comes through */
	atomic_uint_fast64_t stamp; /* touches so far */
	atomic_uint changing;	    /* between begin and end */
	struct bounce bounces[BOUNCES];
	unsigned next_bounce;
	uint64_t next_id;
	uint64_t handles;
	uint64_t scratch_nodes, scratch_used;
};

void tree_lock(struct tree *tree);
void tree_unlock(struct tree *tree);

/* Pinned, or NULL. */
struct node *node_get(struct tree *tree, uint64_t id);
struct node *node_get_locked(struct tree *tree, uint64_t id);
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
