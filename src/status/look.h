/* SPDX-License-Identifier: MIT */
/* Reads what a mount says of itself. */
#ifndef STATUS_LOOK_H
#define STATUS_LOOK_H

#include <stdint.h>
#include "base/buf.h"

/* Each from a process apart, until deadline_ms. name is relative to the mountpoint. Errors:
 * -ENAMETOOLONG, -ETIMEDOUT, those of reading. */
/* Adds the file's bytes. */
int look_read(
	const char *mountpoint, const char *name, uint64_t deadline_ms, struct buf *ret);
/* Lists the directory. */
int look_list(const char *mountpoint, const char *name, uint64_t deadline_ms);
/* Adds the paths of all files below the directory, relative to it, a line each. */
int look_walk(
	const char *mountpoint, const char *name, uint64_t deadline_ms, struct buf *ret);

#endif
