/* SPDX-License-Identifier: MIT */
/* An open file of the view: a snapshot for readers, and for a writer the text it is making. */
#ifndef TREE_FIELD_H
#define TREE_FIELD_H

#include "decide.h"
#include "inode.h"

struct field {
	struct node *node; /* borrowed: the handle holds it */
	bool writable, append;
	pid_t pid, process; /* the opener's thread and process; 0: not known */
	pthread_mutex_t lock;
	pthread_cond_t free;
	bool busy; /* the gate: one writer at a time, also while it waits for the network */
	struct decide decide;  /* changed by the gate's holder only, under lock */
	struct buf present;    /* of a file without store: what it said at open */
	struct node_attr attr; /* of the text that was read at open; zeros when none was */
	void *origin;	       /* owned */
};

/* Asks the view. flags as open(2). */
int field_open(struct node *node, const struct op *op, int flags, struct field **ret);
/* Decides what is still undecided, as the last resort. */
void field_settle_last(struct field *f, const struct op *op);
void field_free(struct field *f);
int field_read(
	struct field *f, const struct op *op, uint64_t off, size_t size, struct buf *ret);
int field_write(struct field *f, const struct op *op, uint64_t off, const void *bytes,
	size_t len, bool append);
int field_truncate(struct field *f, const struct op *op, uint64_t size);
int field_flush(struct field *f, const struct op *op);
int field_fsync(struct field *f, const struct op *op);
/* The size of the handle's own text where it is not the file's: *ret is written and true returned. */
bool field_own_size(struct field *f, uint64_t *ret);

/* The file's text shall be this: store, or for a file that has none the check that it is that already.
 * *origin may be NULL. Errors: -EPERM, the view's. */
int field_store(struct node *node, const struct op *op, enum store_why why,
	const char *text, size_t len, void **origin);

#endif
