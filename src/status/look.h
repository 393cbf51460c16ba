/* SPDX-License-Identifier: MIT */
/* Reads files and directories of a mount that may hang. */
#ifndef STATUS_LOOK_H
#define STATUS_LOOK_H

#include <stdint.h>
#include "base/buf.h"

/* Each of these works in a process of its own, and returns at deadline_ms at the latest. name is
 * relative to the mountpoint. Errors: -ENAMETOOLONG, -ETIMEDOUT, and those of reading. */
/* Adds the file's bytes to ret. */
int look_read(
	const char *mountpoint, const char *name, uint64_t deadline_ms, struct buf *ret);
/* Lists the directory, and ignores the names. */
int look_list(const char *mountpoint, const char *name, uint64_t deadline_ms);
/* Adds the paths of all files below the directory, relative to it, a line each. */
int look_walk(
	const char *mountpoint, const char *name, uint64_t deadline_ms, struct buf *ret);

#endif
