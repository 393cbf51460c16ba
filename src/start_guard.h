/* SPDX-License-Identifier: MIT */
/* Lets signals end the program while it starts. */
#ifndef START_GUARD_H
#define START_GUARD_H

#include <pthread.h>
#include <stdbool.h>
#include "base/err.h"

/* Caller's memory, zero-initialised. */
struct start_guard {
	pthread_t thread;
	int signal_fd;
	int parent_fd;
	bool runs;
};

/* From now on SIGINT, SIGTERM or SIGQUIT ends the process at once by that signal, although it may
 * be waiting for a network. The caller has blocked these signals. The process ends as well when the
 * reader of parent_fd is gone; -1 if there is none. Errors: -EMFILE, -EAGAIN and the like. */
int start_guard_begin(struct start_guard *guard, int parent_fd, struct err *err);
/* From now on such signals stay pending until something else takes them. Does nothing if the guard
 * has not begun. */
void start_guard_end(struct start_guard *guard);

#endif
