/* SPDX-License-Identifier: MIT */
/* What makes two changes different: times and ids. */
#ifndef EMULATOR_STAMP_H
#define EMULATOR_STAMP_H

#include <stdint.h>

/* The clock of one server; zero-initialised. Not locked. */
struct stamp {
	uint64_t last_us; /* the last time given out */
};

#define STAMP_TEXT_MAX 40
/* RFC 3339 with microseconds; never the same twice, never backwards. */
void stamp_now(struct stamp *s, char out[STAMP_TEXT_MAX]);

#define STAMP_ID_MAX 37
/* A random UUID (RFC 9562, version 4). */
void stamp_id(char out[STAMP_ID_MAX]);

#endif
