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
/* Whether this caller is a living process that was refused an unlink at or below path. */
bool rmdir_guard_refuses(struct rmdir_guard *g, const struct op *op, const char *path);
#define RMDIR_GUARD_TEXT                                                                   \
	"this process was refused the removal of a file below this directory, and rm -r "  \
	"deletes nothing here: use rmdir alone"

#endif
