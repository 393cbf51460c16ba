/* SPDX-License-Identifier: MIT */
/* The text of a `.error` file: why the last change, or the last request, was refused. */
#ifndef VIEW_LAST_ERROR_H
#define VIEW_LAST_ERROR_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>
#include "base/buf.h"

/* Members are private; it has a lock of its own. */
struct last_error {
	pthread_mutex_t lock;
	char *text; /* owned; NULL: empty */
	struct timespec at;
	bool is_change;
};

/* at: the time of the file until something is refused. */
void last_error_init(struct last_error *e, struct timespec at);
void last_error_release(struct last_error *e);
/* text is copied; without memory for it the file is empty. A failed reading leaves alone why a
 * change was refused. */
void last_error_set(struct last_error *e, const char *text, bool is_reading);
/* A change worked. */
void last_error_clear(struct last_error *e);
/* Adds the text. Errors: those of buf_adds. */
int last_error_get(struct last_error *e, struct buf *ret, struct timespec *ret_at);

#endif
