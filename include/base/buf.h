/* SPDX-License-Identifier: MIT */
/* A byte buffer born with a maximum: nothing from kernel, network or user grows without a limit. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include "base/cleanup.h"

/* data is NULL or owned and NUL-terminated behind its len bytes. Read the members, change them only
 * here. */
struct buf {
	char *data;
	size_t len; /* bytes */
	size_t cap; /* bytes allocated */
	size_t max; /* bytes; more is -EFBIG */
};

#define BUF_INIT(maximum)                                                                  \
	{                                                                                  \
		.max = (maximum)                                                           \
	}

void buf_init(struct buf *b, size_t max);
/* Frees the bytes; the buffer can be used again. */
void buf_release(struct buf *b);
#define CLEANUP_BUF CLEANUP(buf_release)

/* Each adds at the end. Errors: -ENOMEM, -EFBIG (and the buffer is as it was). */
int buf_add(struct buf *b, const void *bytes, size_t len);
int buf_adds(struct buf *b, const char *text);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Sets the length; new bytes are 0. Errors: -ENOMEM, -EFBIG. */
int buf_resize(struct buf *b, size_t len);
/* Puts len bytes at off, with zeros in a hole before it. Errors: -ENOMEM, -EFBIG. */
int buf_put(struct buf *b, size_t off, const void *bytes, size_t len);
/* Makes dst's content that of src. Errors: -ENOMEM, -EFBIG (dst as it was). */
int buf_copy(struct buf *dst, const struct buf *src);

/* Never NULL: "" for an empty buffer. Borrowed until the buffer changes. */
const char *buf_str(const struct buf *b);
/* Takes the bytes (NUL-terminated, never NULL but without memory); the caller frees. */
char *buf_steal(struct buf *b);

#endif
