/* SPDX-License-Identifier: MIT */
/* One operation that a caller waits for: its deadline, its cancellation, and its caller. */
#ifndef BASE_OP_H
#define BASE_OP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/cancel.h"
#include "base/clock.h"

struct op {
	/* The operation must be answered by then (clock_mono_ms() scale). */
	uint64_t deadline_ms;
	/* Borrowed, may be NULL. Reads can be cancelled, changes never. */
	struct cancel *cancel;
	/* A look-up of a name. Other callers may wait for it in the kernel, where no signal reaches
	 * them, so a cached answer is good enough. */
	bool is_lookup;
	/* Opens for reading, lists or reads. Such a caller may get the error of a question that
	 * failed a moment ago. No other may, since it may be about to write. */
	bool is_reading;
	/* Finds out whether a server that was down is back: one attempt, no repetition. */
	bool is_probe;
	/* The caller's. */
	uid_t uid;
	gid_t gid;
	/* The caller's thread, 0 if unknown. */
	pid_t pid;
	mode_t umask;
	/* Borrowed, may be NULL. Is set to when the last attempt of the last API call began
	 * (clock_mono_us() scale). */
	uint64_t *asked_us;
	/* Borrowed, may be NULL. Counts the API calls that are made for the operation. */
	unsigned *calls;
};

/* Milliseconds left until the deadline, 0 if it has passed. */
static inline uint64_t op_left_ms(const struct op *op)
{
	uint64_t now = clock_mono_ms();

	return now < op->deadline_ms ? op->deadline_ms - now : 0;
}

#endif
