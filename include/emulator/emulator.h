/* SPDX-License-Identifier: MIT */
/* A server of the VPC API on loopback, for trying and testing: the program vpcfs-emulator and
 * `vpcfs --emulator` both start it through this header. */
#ifndef EMULATOR_EMULATOR_H
#define EMULATOR_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

enum emulator_profile { EMULATOR_LIVE, EMULATOR_REFERENCE };

/* All strings are borrowed for the call. Zero-initialised options serve on any free port, accept
 * any non-empty Bearer token, behave as `live` and start without VPCs. */
struct emulator_options {
	/* "HOST:PORT", loopback only; NULL is 127.0.0.1:0 */
	const char *listen;
	/* the same for gRPC over HTTP/2; NULL serves no gRPC */
	const char *grpc_listen;
	/* NULL accepts every non-empty Bearer token */
	const char *token;
	enum emulator_profile profile;
	/* a list answer {"items":[...]}, or NULL */
	const char *load_file;
	/* keeps the VPCs: read at start if it exists, written before each answer; or NULL */
	const char *state_file;
	/* leave unset fields out of answers, as some gateways do */
	bool omit_defaults;
	/* start with sample VPCs if there are none */
	bool samples;
	/* wait before each answer */
	unsigned latency_ms;
	/* how long CREATING, UPDATING and DELETING last */
	unsigned provision_ms;
	/* fault rules, see the manual page */
	const char *const *faults;
	size_t fault_count;
	/* receives one line for each request; <= 0 writes no log */
	int request_log_fd;
};

struct emulator;

/* Starts serving in threads of its own and returns. Blocks on the disk for load_file and
 * state_file. Errors, each with a sentence: -EINVAL (an option), -EADDRINUSE, -EACCES, -ENOMEM,
 * -ENOENT (gRPC needs nghttpx), -EBADMSG (a file has the wrong format and is left unchanged),
 * -EBUSY (another server uses the state file), errno of the files. */
int emulator_start(
	const struct emulator_options *options, struct emulator **ret, struct err *err);
/* Stops, joins its threads, frees. NULL is allowed. */
void emulator_stop(struct emulator *emu);
/* "http://127.0.0.1:PORT"; borrowed until emulator_stop. */
const char *emulator_url(const struct emulator *emu);
/* The same for gRPC; NULL if the options did not ask for it. */
const char *emulator_grpc_url(const struct emulator *emu);

#endif
