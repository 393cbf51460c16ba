/* SPDX-License-Identifier: MIT */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/buf.h"

/* Adds /proc/ID/NAME, of a thread or a process. Errors: -ESRCH, and those of reading a file. */
int process_read(pid_t id, const char *name, struct buf *ret);

/* Whether a signal waits for the thread that means its end: SIGKILL, SIGINT, SIGTERM, SIGQUIT
 * or SIGHUP, also where the program has a handler for it; or another that it has no handler for
 * and that ends it by default. A thread that waits in the kernel keeps its signals pending, and
 * the kernel turns one that is fatal into SIGKILL (kernel/signal.c, complete_signal). True when
 * it cannot be read (a caller in another PID namespace): better give up than be deaf. */
bool process_is_told_to_stop(pid_t tid);

#endif
