/* SPDX-License-Identifier: MIT */
/* Looks at files from a process apart: a file system that hangs holds up nobody but that. */
#ifndef BASE_APART_H
#define BASE_APART_H

#include <stdint.h>
#include "base/buf.h"

/* Forks, and has the child call look(arg, fd), which writes to fd what it found, and returns 0 or
 * -errno. Adds that to ret (NULL: none is wanted) and returns what look returned. In a process with
 * more than one thread, look may only do what is safe in a signal handler. Blocks until deadline_ms
 * (clock_mono_ms() scale) and little more: then the child is killed.
 * Errors: those of look; -ETIMEDOUT, -EAGAIN (no process), -ENOMEM, -EFBIG. */
int apart_run(int (*look)(const void *arg, int fd), const void *arg, uint64_t deadline_ms,
	struct buf *ret);

#endif
