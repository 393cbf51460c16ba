/* SPDX-License-Identifier: MIT */
/* Which process a thread belongs to: FUSE names the thread that asks. */
#ifndef TREE_OPENER_H
#define TREE_OPENER_H

#include <sys/types.h>

/* The process of a thread; 0 when it cannot be told. Reads /proc/TID/status, which does not wait for the thread's memory map as
 * /proc/TID/stat and fd do: a flush inside execve would deadlock on those. */
pid_t opener_process_of(pid_t tid);

#endif
