/* SPDX-License-Identifier: MIT */
/* Runs a program and takes what it prints. */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct command {
	/* ended by NULL; the first without a slash is looked for in PATH */
	char *const *argv;
	/* counted from now; then the program and its process group are killed */
	uint64_t timeout_ms;
	/* the program is killed when this can be read; -1: it is not */
	int stop_fd;
};

/* Runs it without a shell, in a session of its own: standard input is /dev/null, nothing else but
 * its output and its error is inherited, no signal is blocked or ignored, and it does not outlive
 * the thread that runs it. What it prints goes to out, up to size bytes. Blocks until it has ended.
 *
 * Errors, with a sentence: -EIO (it could not be run, was killed, or its exit status is not 0; the
 * sentence has the beginning of what it wrote to standard error), -ETIMEDOUT, -EFBIG (it prints
 * more than size bytes), -ESHUTDOWN (stop_fd). */
int command_run(const struct command *command, char *out, size_t size, size_t *ret_len,
	struct err *err);

#endif
