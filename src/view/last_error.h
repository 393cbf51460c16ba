/* SPDX-License-Identifier: MIT */
/* The text of a `.error` file: why the last change, or the last request, was refused. */
#ifndef VIEW_LAST_ERROR_H
#define VIEW_LAST_ERROR_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>
#include "base/buf.h"

/* Members are private. */
struct last_error {
	pthread_mutex_t *lock; /* borrowed; not held by a caller */
	char *text;	       /* owned; NULL: empty */
	struct timespec at;
	bool is_change;
};

/* at is the mtime of the file until something is refused. */
void last_error_init(struct last_error *e, pthread_mutex_t *lock, struct timespec at);
void last_error_release(struct last_error *e);
/* Copies the text; if there is no memory for it, the file becomes empty. is_reading: a read failed.
 * That does not replace the text of a refused change. */
void last_error_set(struct last_error *e, const char *text, bool is_reading);
/* Empties the file: a change has worked. */
void last_error_clear(struct last_error *e);
/* Adds the text to ret, and writes the file's mtime to *ret_at. Errors: those of buf_adds. */
int last_error_get(struct last_error *e, struct buf *ret, struct timespec *ret_at);

#endif
