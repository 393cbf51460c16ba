/* SPDX-License-Identifier: MIT */
/* A byte buffer with a maximum size. */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BUF_FIRST 64

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf)BUF_INIT(max);
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT(b->max);
}

/* Makes room for len bytes and the NUL. */
static int buf_reserve(struct buf *b, size_t len)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	char *data;

	if (len > b->max)
		return -EFBIG;
	if (b->data && len < b->cap)
		return 0;
	while (cap <= len)
		cap = cap > SIZE_MAX / 2 ? len + 1 : cap * 2;
	if (cap > b->max && b->max < SIZE_MAX)
		cap = b->max + 1;
	data = realloc(b->data, cap);
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->cap = cap;
	return 0;
}

int buf_add(struct buf *b, const void *bytes, size_t len)
{
	int r;

	if (len > b->max - b->len)
		return -EFBIG;
	r = buf_reserve(b, b->len + len);
	if (r < 0)
		return r;
	if (len)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int buf_adds(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

int buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return buf_add(b, text, (size_t)n);
}

int buf_resize(struct buf *b, size_t len)
{
	int r = buf_reserve(b, len);

	if (r < 0)
		return r;
	if (len > b->len)
		memset(b->data + b->len, 0, len - b->len);
	b->len = len;
	b->data[len] = '\0';
	return 0;
}

int buf_put(struct buf *b, size_t off, const void *bytes, size_t len)
{
	size_t end;

	if (__builtin_add_overflow(off, len, &end))
		return -EFBIG;
	if (end > b->len) {
		int r = buf_resize(b, end);
		if (r < 0)
			return r;
	}
	if (len)
		memcpy(b->data + off, bytes, len);
	return 0;
}

int buf_copy(struct buf *dst, const struct buf *src)
{
	int r;

	if (dst == src)
		return 0;
	if (src->len > dst->max)
		return -EFBIG;
	r = buf_reserve(dst, src->len);
	if (r < 0)
		return r;
	dst->len = 0;
	return buf_add(dst, src->data, src->len);
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *buf_steal(struct buf *b)
{
	char *data = b->data ? b->data : strdup("");

	*b = (struct buf)BUF_INIT(b->max);
	return data;
}
