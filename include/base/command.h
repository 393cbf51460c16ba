/* SPDX-License-Identifier: MIT */
/* Runs a program and collects its output. */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct command {
	/* NULL-terminated. A program name without a slash is looked up in PATH. */
	char *const *argv;
	/* Counted from the call. When it is over, the program and its process group are killed. */
	uint64_t timeout_ms;
	/* The program is killed when this descriptor becomes readable; -1: none. */
	int stop_fd;
};

/* Runs the program without a shell, in a session of its own. Its standard input is /dev/null, it
 * inherits no other descriptor but its output and error pipes, no signal is blocked or ignored, and
 * it does not outlive the thread that runs it. Its standard output goes to out, up to size bytes.
 * Blocks until the program has ended.
 *
 * Errors, with a sentence: -EIO (it could not be run, was killed, or its exit status is not 0; the
 * sentence has the beginning of its standard error), -ETIMEDOUT, -EFBIG (it prints more than size
 * bytes), -ESHUTDOWN (stop_fd became readable). */
int command_run(const struct command *command, char *out, size_t size, size_t *ret_len,
	struct err *err);

#endif
