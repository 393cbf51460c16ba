/* SPDX-License-Identifier: MIT */
/* Makes rm -r harmless: remembers which callers were refused an unlink below a directory of a VPC.
 */
#ifndef VIEW_RMDIR_GUARD_H
#define VIEW_RMDIR_GUARD_H

#include <pthread.h>
#include <stdbool.h>
#include "base/op.h"

struct refused_unlink;

/* Members are private. */
struct rmdir_guard {
	pthread_mutex_t *lock;	      /* borrowed; not held by a caller */
	struct refused_unlink *first; /* owned */
};

void rmdir_guard_init(struct rmdir_guard *g, pthread_mutex_t *lock);
void rmdir_guard_release(struct rmdir_guard *g);
/* Notes that the caller was refused an unlink in the directory at path, which is relative to the
 * VPC. */
void rmdir_guard_note(struct rmdir_guard *g, const struct op *op, const char *path);
/* Returns why this caller may not remove the directory at path, which is then -ENOTEMPTY: it is a
 * program that copies trees, or a living process that was refused an unlink at or below path. NULL
 * if it may. Static. */
const char *rmdir_guard_refuses(
	struct rmdir_guard *g, const struct op *op, const char *path);

#endif
