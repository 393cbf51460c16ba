/* SPDX-License-Identifier: MIT */
/* A server of the VPC API on loopback, for trying and testing: the program vpcfs-emulator and
 * `vpcfs --emulator` both start it through this page. */
#ifndef EMULATOR_EMULATOR_H
#define EMULATOR_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

enum emulator_profile { EMULATOR_LIVE, EMULATOR_REFERENCE };

/* All strings borrowed for the call. Zero-initialised is: any free port, any non-empty Bearer
 * token, live, empty. */
struct emulator_options {
	const char *listen;	 /* "HOST:PORT", loopback only; NULL is 127.0.0.1:0 */
	const char *grpc_listen; /* the same for gRPC over HTTP/2; NULL is none */
	const char *token;	 /* NULL: every non-empty Bearer token is taken */
	enum emulator_profile profile;
	const char *load_file; /* a list answer {"items":[...]}, or NULL */
	/* kept on disk: read at start when it exists, written before each answer */
	const char *state_file;
	bool omit_defaults;    /* answers leave out what is unset, as some gateways do */
	bool samples;	       /* start with sample VPCs when the state is empty */
	unsigned latency_ms;   /* before each answer */
	unsigned provision_ms; /* how long CREATING, UPDATING and DELETING last */
	const char *const *faults; /* rules, see the manual page */
	size_t fault_count;
	int request_log_fd; /* a line per request is written there; <= 0 is none */
};

struct emulator;

/* Starts serving in threads of its own and returns. Blocks on the disk for load_file and
 * state_file. Errors, each with a sentence: -EINVAL (an option), -EADDRINUSE, -EACCES, -ENOMEM,
 * -ENOENT (gRPC needs nghttpx), -EBADMSG (a file that is not what it should be; it is left as it
 * is), -EBUSY (the state file has another server), errno of the files. */
int emulator_start(
	const struct emulator_options *options, struct emulator **ret, struct err *err);
/* Stops, joins its threads, frees. NULL is allowed. */
void emulator_stop(struct emulator *emu);
/* "http://127.0.0.1:PORT"; borrowed until emulator_stop. */
const char *emulator_url(const struct emulator *emu);
/* The same for gRPC; NULL where it was not asked for. */
const char *emulator_grpc_url(const struct emulator *emu);

#endif
