/* SPDX-License-Identifier: MIT */
/* Times and ids, no two of them equal. */
#ifndef EMULATOR_STAMP_H
#define EMULATOR_STAMP_H

#include <stdint.h>

/* The clock of one server; zero-initialised. Not locked. */
struct stamp {
	uint64_t last_us; /* the last time that stamp_now wrote */
};

#define STAMP_TEXT_MAX 40
/* Writes the time as RFC 3339 with microseconds, always later than the last one. */
void stamp_now(struct stamp *s, char out[STAMP_TEXT_MAX]);

#define STAMP_ID_MAX 37
/* A random UUID (RFC 9562, version 4). */
void stamp_id(char out[STAMP_ID_MAX]);

#endif
