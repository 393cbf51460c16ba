/* SPDX-License-Identifier: MIT */
/* Looks at files from a separate process, so that a file system that hangs holds up only that
 * process. */
#ifndef BASE_APART_H
#define BASE_APART_H

#include <stdint.h>
#include "base/buf.h"

/* Forks. The child calls look(arg, fd), which writes what it found to fd and returns 0 or -errno.
 * In the child, standard input, output and error are /dev/null.
 * Appends the bytes written to ret (NULL discards them) and returns what look returned. In a
 * process with more than one thread, look may only do what is safe in a signal handler. Blocks
 * until deadline_ms (clock_mono_ms() scale) at most, then kills the child; that takes up to one
 * second more.
 * Errors: those of look; -ETIMEDOUT, -EAGAIN (no process or pipe could be made), -ENOMEM,
 * -EFBIG. */
int apart_run(int (*look)(const void *arg, int fd), const void *arg, uint64_t deadline_ms,
	struct buf *ret);

#endif
