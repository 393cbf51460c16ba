/* SPDX-License-Identifier: MIT */
/* One operation that somebody waits for: how long, whether they gave up, and who they are. */
#ifndef BASE_OP_H
#define BASE_OP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/cancel.h"

struct op {
	/* clock_mono_ms() at which it must have been answered. */
	uint64_t deadline_ms;
	/* Borrowed, may be NULL; watched by reads only, never by a mutation. */
	struct cancel *cancel;
	/* A look-up of a name: others wait behind it, deaf to signals, so what is known may do. */
	bool is_lookup;
	/* Opens for reading, lists or reads: a caller who only does that may be told that what it
	 * wants could not be had a moment ago; nobody else, for it may be about to write. */
	bool is_reading;
	/* Whether a server that was dead is back: one attempt, no repetition. */
	bool is_probe;
	/* The caller's. */
	uid_t uid;
	gid_t gid;
	/* The caller's thread, 0 when not known. */
	pid_t pid;
	mode_t umask;
	/* borrowed, may be NULL: counts the calls of the API that are made for it */
	unsigned *calls;
};

/* Milliseconds left, 0 when past. */
uint64_t op_left_ms(const struct op *op);
bool op_is_past(const struct op *op);

#endif
