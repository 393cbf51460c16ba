/* SPDX-License-Identifier: MIT */
/* An open file of the view: the text that its readers have, and for a writer the text it is
 * making. */
#ifndef TREE_OPEN_FILE_H
#define TREE_OPEN_FILE_H

#include "tree_int.h"
#include "write_buffer.h"

struct open_file {
	struct node *node; /* borrowed: the handle holds it */
	bool can_read, writable;
	struct caller opener; /* writable: who flushes what is not complete */
	pthread_mutex_t lock;
	pthread_cond_t free;
	bool busy; /* the gate: one writer at a time, also while it waits for the network */
	struct write_buffer buffer; /* changed by the gate's holder only, under lock */
	struct caller writer;	    /* of the last write, where the view cares who reads */
	/* Owned: what the text at open was made from, or what the last store made of it. Not
	 * here while a store has it. */
	void *base;
	bool is_storing;
	bool was_read; /* from begin to end, by one caller */
	/* How far the present reader has come, from the begin on. */
	struct {
		struct caller who;
		uint64_t to;
		bool is_done;
	} reading;
};

/* Asks the view, unless the text will be written anew or added to. flags as open(2). */
int open_file_new(
	struct node *node, const struct op *op, int flags, struct open_file **ret);
void open_file_free(struct open_file *f);
int open_file_read(struct open_file *f, const struct op *op, uint64_t off, size_t size,
	struct buf *ret);
int open_file_write(struct open_file *f, const struct op *op, uint64_t off,
	const void *bytes, size_t len, bool append);
int open_file_truncate(struct open_file *f, const struct op *op, uint64_t size);
/* Decides what is still undecided. why: STORE_FLUSH (not in the middle of a text that another
 * process is writing), STORE_FSYNC, or STORE_RELEASE, the last resort. */
int open_file_settle(struct open_file *f, const struct op *op, enum store_why why);
/* Whether the handle's text is another than the file's; then *size, the file's, becomes its
 * own. */
bool open_file_own_size(struct open_file *f, off_t *size);

#endif
