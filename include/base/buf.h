/* SPDX-License-Identifier: MIT */
/* A byte buffer with a maximum size, so that no input from the kernel, the network or a user can
 * grow without a limit. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include "base/cleanup.h"

/* data is owned; it is NULL, or has a NUL behind its len bytes. Callers may read the members, and
 * change them only through these functions. */
struct buf {
	char *data;
	size_t len; /* bytes */
	size_t cap; /* bytes allocated */
	size_t max; /* largest len; more is -EFBIG */
};

#define BUF_INIT(maximum)                                                                  \
	{                                                                                  \
		.max = (maximum)                                                           \
	}

void buf_init(struct buf *b, size_t max);
/* Frees the bytes and keeps the maximum; the buffer can be used again. */
void buf_release(struct buf *b);
#define CLEANUP_BUF CLEANUP(buf_release)

/* Each appends. Errors: -ENOMEM, -EFBIG; the buffer is then unchanged. */
int buf_add(struct buf *b, const void *bytes, size_t len);
int buf_adds(struct buf *b, const char *text);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Sets the length; new bytes are 0. Errors: -ENOMEM, -EFBIG. */
int buf_resize(struct buf *b, size_t len);
/* Writes len bytes at off and fills a hole before off with zeros. Errors: -ENOMEM, -EFBIG. */
int buf_put(struct buf *b, size_t off, const void *bytes, size_t len);
/* Replaces the content of dst by that of src. Errors: -ENOMEM, -EFBIG; dst is then unchanged. */
int buf_copy(struct buf *dst, const struct buf *src);

/* The bytes as a string, "" for an empty buffer. Borrowed until the buffer changes. */
const char *buf_str(const struct buf *b);
/* Moves the NUL-terminated bytes to the caller, who frees them. NULL when there is no memory. */
char *buf_steal(struct buf *b);

#endif
