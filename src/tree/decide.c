/* SPDX-License-Identifier: MIT */
/* When the text of one open field file is decided. The rules are of section 3 of the design; what each guards against is in
 * docs of the measured programs: a flush before the first byte (every shell), half texts flushed by children, bytes written
 * before the old ones are cut (rsync --inplace), errors that only write(2) or only close(2) shows. */
#include "decide.h"

#include <errno.h>
#include <string.h>

void decide_init(struct decide *d, size_t text_max)
{
	*d = (struct decide){0};
	buf_init(&d->text, text_max);
	buf_init(&d->foreign, text_max);
	buf_init(&d->stored, text_max);
	buf_init(&d->last.bytes, text_max);
	buf_init(&d->last.foreign, text_max);
}

void decide_release(struct decide *d)
{
	buf_release(&d->text);
	buf_release(&d->foreign);
	buf_release(&d->stored);
	buf_release(&d->last.bytes);
	buf_release(&d->last.foreign);
}

int decide_open(struct decide *d, const char *text, size_t len, bool owned)
{
	int r = buf_add(&d->text, text, len);

	if (r < 0 || owned || !len)
		return r;
	r = buf_resize(&d->foreign, len);
	if (r < 0)
		return r;
	memset(d->foreign.data, 1, len);
	d->foreign_count = len;
	return 0;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What a write at off of len bytes will overwrite. */
static int remember(struct decide *d, size_t off, size_t len)
{
	size_t from = min_size(off, d->text.len), marked = min_size(off, d->foreign.len);
	int r;

	d->last.off = off;
	d->last.old_len = d->text.len;
	d->last.wrote = d->wrote;
	d->last.dirty = d->dirty;
	d->last.bytes.len = d->last.foreign.len = 0;
	r = buf_add(&d->last.bytes, buf_str(&d->text) + from,
		min_size(len, d->text.len - from));
	if (r == 0)
		r = buf_add(&d->last.foreign, buf_str(&d->foreign) + marked,
			min_size(len, d->foreign.len - marked));
	return r;
}

static void set_foreign(struct decide *d, size_t at, char mark)
{
	d->foreign_count -= (size_t)d->foreign.data[at];
	d->foreign_count += (size_t)mark;
	d->foreign.data[at] = mark;
}

static bool is_as_stored(const struct decide *d)
{
	return d->has_stored && d->stored.len == d->text.len &&
	       memcmp(buf_str(&d->stored), buf_str(&d->text), d->text.len) == 0;
}

int decide_write(struct decide *d, size_t off, const void *bytes, size_t len)
{
	int r = remember(d, off, len);

	if (r == 0)
		r = buf_put(&d->text, off, bytes, len);
	if (r < 0)
		return r;
	for (size_t i = off; i < min_size(off + len, d->foreign.len); i++)
		set_foreign(d, i, 0);
	d->wrote = d->own = true;
	d->sticky = 0;
	d->dirty = !is_as_stored(d);
	return 0;
}

bool decide_may_store_now(const struct decide *d, bool append)
{
	return d->dirty && (append || d->foreign_count == 0);
}

void decide_take_back(struct decide *d, int error)
{
	size_t off = min_size(d->last.off, d->last.old_len);

	d->text.len = d->last.old_len;
	d->text.data[d->text.len] = '\0';
	memcpy(d->text.data + off, buf_str(&d->last.bytes), d->last.bytes.len);
	for (size_t i = 0; i < d->last.foreign.len; i++)
		set_foreign(d, d->last.off + i, d->last.foreign.data[i]);
	d->wrote = d->last.wrote;
	d->dirty = d->last.dirty;
	d->sticky = error;
}

int decide_truncate(struct decide *d, size_t size)
{
	size_t before = d->text.len;
	int r = buf_resize(&d->text, size);

	if (r < 0)
		return r;
	d->own = true;
	while (d->foreign.len > size)
		d->foreign_count -= (size_t)d->foreign.data[--d->foreign.len];
	if (size == 0) {
		d->wrote = false;
		d->dirty = false;
	} else if (d->wrote && size != before) {
		d->dirty = !is_as_stored(d);
	}
	return 0;
}

void decide_stored(struct decide *d, int result)
{
	if (result < 0) {
		d->sticky = result;
		return;
	}
	d->dirty = d->own = false;
	d->sticky = 0;
	/* Without memory for it the next write of the same text is sent once more, which does no harm. */
	d->has_stored = buf_copy(&d->stored, &d->text) == 0;
}
