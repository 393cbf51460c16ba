/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOCKS_H
#define BASE_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether somebody holds or waits for a file lock (flock, POSIX, lease) on an inode of this number, on whatever file system.
 * Reads /proc/locks, which does not block; locks of other PID namespaces are not in it. False when it cannot be read. */
bool locks_are_on(uint64_t ino);

#endif
