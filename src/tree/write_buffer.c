/* SPDX-License-Identifier: MIT */
/* When to send the text of an open field file. The rules come from what programs were seen to do:
 * every shell flushes before the first byte, children flush half a text, rsync --inplace truncates
 * the old bytes after it has written the new ones, some programs check for errors only at write(2)
 * and others only at close(2). */
#include "write_buffer.h"

#include <errno.h>
#include <string.h>

void write_buffer_init(struct write_buffer *w, size_t text_max)
{
	*w = (struct write_buffer){0};
	buf_init(&w->text, text_max);
	buf_init(&w->foreign, text_max);
}

void write_buffer_release(struct write_buffer *w)
{
	buf_release(&w->text);
	buf_release(&w->foreign);
}

void write_buffer_set_append(struct write_buffer *w, bool can_read)
{
	w->appends = true;
	w->keeps_sent = can_read;
}

void write_buffer_set_emptied(struct write_buffer *w)
{
	w->is_own = w->is_emptied = true;
}

int write_buffer_load(struct write_buffer *w, struct buf *text, bool is_foreign)
{
	size_t len = text->len;

	if (len && is_foreign) {
		int r = buf_resize(&w->foreign, len);

		if (r < 0)
			return r;
		memset(w->foreign.data, 1, len);
		w->foreign_count = len;
	}
	buf_release(&w->text);
	w->text = *text;
	*text = (struct buf){.max = w->text.max};
	w->sent = w->appends ? len : 0;
	return 0;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The number of foreign bytes in a range. */
static size_t foreign_in(const struct write_buffer *w, size_t off, size_t len)
{
	size_t end = min_size(off + len, w->foreign.len), count = 0;

	for (size_t i = off; i < end; i++)
		count += (size_t)w->foreign.data[i];
	return count;
}

size_t write_buffer_offset(const struct write_buffer *w, size_t off, bool append)
{
	return append || w->appends ? w->text.len : off;
}

bool write_buffer_may_send(
	const struct write_buffer *w, size_t off, const char *bytes, size_t len)
{
	const struct buf *t = &w->text;
	char last = off + len >= t->len ? bytes[len - 1] : t->data[t->len - 1];

	return last == '\n' && foreign_in(w, off, len) == w->foreign_count;
}

int write_buffer_preview(const struct write_buffer *w, size_t off, const char *bytes,
	size_t len, struct buf *ret)
{
	int r = buf_copy(ret, &w->text);

	return r < 0 ? r : buf_put(ret, off, bytes, len);
}

static void note_write(struct write_buffer *w)
{
	w->has_written = w->is_dirty = w->is_own = true;
	w->is_emptied = false;
}

int write_buffer_write(struct write_buffer *w, size_t off, const char *bytes, size_t len)
{
	int r = buf_put(&w->text, off, bytes, len);

	if (r < 0)
		return r;
	w->foreign_count -= foreign_in(w, off, len);
	if (off < w->foreign.len)
		memset(w->foreign.data + off, 0, min_size(len, w->foreign.len - off));
	note_write(w);
	return 0;
}

void write_buffer_accept(struct write_buffer *w, struct buf *text)
{
	buf_release(&w->text);
	w->text = *text;
	*text = (struct buf){.max = w->text.max};
	w->foreign.len = w->foreign_count = 0;
	note_write(w);
	write_buffer_stored(w);
}

int write_buffer_truncate(struct write_buffer *w, size_t size)
{
	size_t before = w->text.len;
	int r = w->appends && size ? -EINVAL : buf_resize(&w->text, size);

	if (r < 0)
		return r;
	w->is_own = true;
	if (size < w->foreign.len) {
		w->foreign_count -= foreign_in(w, size, w->foreign.len - size);
		w->foreign.len = size;
	}
	if (size == 0) {
		w->has_written = w->is_dirty = w->appends = false;
		w->sent = 0;
		w->is_emptied = true;
	} else {
		w->is_emptied = false;
		w->is_dirty |= w->has_written && size != before;
	}
	return 0;
}

const char *write_buffer_pending(const struct write_buffer *w, size_t *ret_len)
{
	*ret_len = w->text.len - w->sent;
	return buf_str(&w->text) + w->sent;
}

void write_buffer_stored(struct write_buffer *w)
{
	w->is_dirty = w->is_own = w->is_emptied = false;
	if (!w->appends)
		return;
	if (!w->keeps_sent)
		buf_release(&w->text);
	w->sent = w->text.len;
}
