/* SPDX-License-Identifier: MIT */
/* Files of /proc/ID, and pending signals. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/buf.h"

/* Appends /proc/ID/NAME of a thread or a process. Errors: -ESRCH if id is not positive, and those
 * of file_read. */
int process_read(pid_t id, const char *name, struct buf *ret);

/* Whether the thread has a pending signal that is meant to end it: SIGKILL, SIGINT, SIGTERM,
 * SIGQUIT or SIGHUP, even if the program handles it; or any other that it does not handle and that
 * ends a program by default. A thread that waits in the kernel keeps its signals pending, and the
 * kernel turns a fatal one into SIGKILL (kernel/signal.c, complete_signal). Also true if the status
 * cannot be read (a caller in another PID namespace): giving up is better than ignoring a signal.
 */
bool process_has_termination_signal(pid_t tid);

#endif
