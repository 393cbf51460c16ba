/* SPDX-License-Identifier: MIT */
/* The text that one open field file is making, and when it is sent. Pure logic: no I/O, no
 * locks, no clock.
 *
 * Bytes that this handle did not write (it was opened without O_TRUNC or O_APPEND, and they
 * were not overwritten or cut yet) are foreign: while there are any, the writer has not
 * finished (rsync --inplace writes first and truncates after), and a write is not decided
 * inside write(2).
 *
 * A text is dirty when something was written that no store has taken. Truncation alone makes
 * nothing dirty. A failure sticks until something is written or cut anew. */
#ifndef TREE_WRITE_BUFFER_H
#define TREE_WRITE_BUFFER_H

#include <stdbool.h>
#include "base/buf.h"

struct write_buffer {
	struct buf text;
	struct buf foreign;   /* a byte for each of the first bytes of text: 1 = foreign */
	size_t foreign_count; /* bytes of text that are foreign */
	/* O_APPEND: the text from `sent` on is to be added to the file; before it is what the
	 * handle may read. A handle that cannot read keeps nothing of what was sent. */
	bool appends, keeps_sent;
	size_t sent;
	bool has_written; /* since the text was last empty */
	bool is_dirty;
	bool is_own; /* written or cut, and not stored since: not the file's text */
	bool is_emptied; /* cut to nothing by this handle; nothing was written or stored since */
	int sticky;	 /* negative errno, or 0 */
};

void write_buffer_init(struct write_buffer *w, size_t text_max);
void write_buffer_release(struct write_buffer *w);
/* The text that the file had at open; its bytes are taken. is_foreign: it may be written over.
 * Errors: -ENOMEM. */
int write_buffer_load(struct write_buffer *w, struct buf *text, bool is_foreign);
/* Before load, or instead of it. */
void write_buffer_set_append(struct write_buffer *w, bool can_read);
/* Opened with O_TRUNC. */
void write_buffer_set_emptied(struct write_buffer *w);

/* Where a write at off goes: to the end, for O_APPEND. */
size_t write_buffer_offset(const struct write_buffer *w, size_t off, bool append);
/* Whether the text after a write of these bytes at off may be decided inside write(2), as far
 * as can be told without asking the view: it ends in a newline, and nothing of it is foreign. */
bool write_buffer_may_decide(
	const struct write_buffer *w, size_t off, const char *bytes, size_t len);
/* The text after that write. ret is empty. Errors: -ENOMEM, -EFBIG. */
int write_buffer_preview(const struct write_buffer *w, size_t off, const char *bytes,
	size_t len, struct buf *ret);
/* Makes that write; the text is dirty. Errors: -ENOMEM, -EFBIG, and nothing has changed. */
int write_buffer_write(struct write_buffer *w, size_t off, const char *bytes, size_t len);
/* The preview was stored: it is the text now. Takes its bytes; text is empty then. */
void write_buffer_accept(struct write_buffer *w, struct buf *text);
/* Errors: -ENOMEM, -EFBIG; -EINVAL for a part of an appended text, whose place is not known. */
int write_buffer_truncate(struct write_buffer *w, size_t size);

/* What is to be sent now. */
const char *write_buffer_pending(const struct write_buffer *w, size_t *ret_len);
/* That was stored. */
void write_buffer_stored(struct write_buffer *w);

#endif
