/* SPDX-License-Identifier: MIT */
/* The write buffer of an open field file: bytes written and not yet sent, and whether to send them.
 * Pure logic: no I/O, no locks, no clock.
 *
 * Bytes are foreign if they were in the file at open and this handle has neither overwritten nor
 * truncated them (it was opened without O_TRUNC and O_APPEND). While the text has foreign bytes,
 * its writer has not finished (rsync --inplace writes first and truncates afterwards), so the text
 * is not sent inside write(2).
 *
 * A text is dirty if it has writes that were not stored. A truncation alone does not make it dirty.
 * A failure sticks until the next write or truncation. */
#ifndef TREE_WRITE_BUFFER_H
#define TREE_WRITE_BUFFER_H

#include <stdbool.h>
#include "base/buf.h"

struct write_buffer {
	struct buf text;
	struct buf foreign;   /* a flag for each of the first bytes of text: 1 = foreign */
	size_t foreign_count; /* foreign bytes in text */
	/* O_APPEND: the text from `sent` on is to be appended to the file; the text before `sent`
	 * is there to be read. A handle that cannot read does not keep what was sent. */
	bool appends, keeps_sent;
	size_t sent;
	bool has_written; /* since the text was last empty */
	bool is_dirty;
	bool is_own; /* written or truncated, and not stored since: differs from the file's text */
	bool is_emptied; /* truncated to 0 bytes; nothing was written or stored since */
	int sticky;	 /* negative errno, or 0 */
};

void write_buffer_init(struct write_buffer *w, size_t text_max);
void write_buffer_release(struct write_buffer *w);
/* Loads the text that the file had at open, and takes its bytes. is_foreign: its bytes are foreign.
 * Errors: -ENOMEM. */
int write_buffer_load(struct write_buffer *w, struct buf *text, bool is_foreign);
/* For a handle with O_APPEND. Called before load, or instead of it. */
void write_buffer_set_append(struct write_buffer *w, bool can_read);
/* For a handle with O_TRUNC. Called instead of load. */
void write_buffer_set_emptied(struct write_buffer *w);

/* Where a write at off goes: at the end for O_APPEND. */
size_t write_buffer_offset(const struct write_buffer *w, size_t off, bool append);
/* Whether the text after a write of these bytes at off may be sent inside write(2), as far as the
 * buffer can tell without the view: it ends in a newline and has no foreign bytes. */
bool write_buffer_may_send(
	const struct write_buffer *w, size_t off, const char *bytes, size_t len);
/* Makes the text after that write in ret, which must be empty. Errors: -ENOMEM, -EFBIG. */
int write_buffer_preview(const struct write_buffer *w, size_t off, const char *bytes,
	size_t len, struct buf *ret);
/* Makes that write; the text is then dirty. Errors: -ENOMEM, -EFBIG; the buffer is then unchanged.
 */
int write_buffer_write(struct write_buffer *w, size_t off, const char *bytes, size_t len);
/* Makes a preview that was stored the text. Takes its bytes and leaves text empty. */
void write_buffer_accept(struct write_buffer *w, struct buf *text);
/* Errors: -ENOMEM, -EFBIG; -EINVAL with O_APPEND unless size is 0, since the place of the text in
 * the file is unknown. */
int write_buffer_truncate(struct write_buffer *w, size_t size);

/* The text to be sent. Borrowed until the buffer changes. */
const char *write_buffer_pending(const struct write_buffer *w, size_t *ret_len);
/* Notes that the pending text was stored. */
void write_buffer_stored(struct write_buffer *w);

#endif
