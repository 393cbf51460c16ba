/* SPDX-License-Identifier: MIT */
/* An open file of the view: the text that its readers get, and the text that a writer is making. */
#ifndef TREE_OPEN_FILE_H
#define TREE_OPEN_FILE_H

#include "tree_int.h"
#include "write_buffer.h"

struct open_file {
	struct node *node; /* borrowed: the handle holds it */
	bool can_read, writable;
	/* If writable: the only caller whose flush sends a text that is not complete. */
	struct caller opener;
	pthread_mutex_t lock;
	/* The writer turn: one writer at a time has it, even while it waits for the network. */
	bool has_writer;
	pthread_cond_t turn_is_free;
	/* Changed only by the writer that has the turn, under lock. */
	struct write_buffer buffer;
	/* The caller of the last write, if the view has was_read. */
	struct caller writer;
	/* Owned: what the text at open was made from, or what the last store has replaced that
	 * with. A store takes it out while it runs. */
	void *base;
	bool is_storing;
	bool was_read; /* from beginning to end, by one caller */
	/* The caller that reads, and how far it has read from the beginning. */
	struct {
		struct caller caller;
		uint64_t to;
		bool is_done;
	} reading;
};

/* Asks the view for the text, unless all that the handle can do is replace it or append to it.
 * flags as for open(2). */
int open_file_new(
	struct node *node, const struct op *op, int flags, struct open_file **ret);
void open_file_free(struct open_file *f);
int open_file_read(struct open_file *f, const struct op *op, uint64_t off, size_t size,
	struct buf *ret);
int open_file_write(struct open_file *f, const struct op *op, uint64_t off,
	const void *bytes, size_t len, bool append);
int open_file_truncate(struct open_file *f, const struct op *op, uint64_t size);
/* Sends a dirty text. why: STORE_FLUSH (does not send the incomplete text of another process),
 * STORE_FSYNC (also sends a text that was emptied), or STORE_RELEASE. A failure that sticks is
 * returned again without sending. */
int open_file_settle(struct open_file *f, const struct op *op, enum store_why why);
/* Whether the handle's text differs from the file's. Then replaces *size, the size of the file, by
 * the size of that text. */
bool open_file_own_size(struct open_file *f, off_t *size);

#endif
