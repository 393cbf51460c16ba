/* SPDX-License-Identifier: MIT */
/* The server behind --emulator: the program vpcfs-emulator as a child of this process. The driver
 * needs none of its libraries, and its package need not be installed. */
#ifndef EMULATOR_CHILD_H
#define EMULATOR_CHILD_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/err.h"

/* Zero-initialised is none. */
struct emulator_child {
	pid_t pid;
	char *url; /* owned: http://127.0.0.1:PORT, of gRPC where that was asked for */
};

/* Starts the vpcfs-emulator that lies beside this program, with sample VPCs and this token, which
 * no list of processes shows; with_grpc gives it a port for gRPC as well. state_file may be NULL.
 * The emulator ends with the thread that calls this, however that ends. Blocks until it listens.
 * Errors, with a sentence: -ENOENT (not installed), -EIO (what it says itself), errno of pipe and
 * fork, -ENOMEM. */
int emulator_child_start(const char *state_file, bool with_grpc, const char *token,
	struct emulator_child *ret, struct err *err);
/* Ends it and waits for its end, which takes a second at most. */
void emulator_child_stop(struct emulator_child *child);

#endif
