/* SPDX-License-Identifier: MIT */
/* The signals that end the program, while it starts. */
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

/* From now on SIGINT, SIGTERM and SIGQUIT, which are blocked, end the process at once by that
 * signal, although it waits for a network; so does the end of the one who reads from parent_fd (-1:
 * nobody). Errors: -EMFILE, -EAGAIN and the like. */
int start_guard_begin(struct start_guard *guard, int parent_fd, struct err *err);
/* From here signals stay pending for whoever takes them next. Also when it has not begun. */
void start_guard_end(struct start_guard *guard);

#endif
