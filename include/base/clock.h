/* SPDX-License-Identifier: MIT */
/* Time: the monotonic clock for waiting, the real-time clock for showing. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

uint64_t clock_mono_ms(void);
uint64_t clock_mono_us(void);
/* Returns clock_mono_us(), or *last plus one if the clock has not moved on, and keeps it in *last:
 * never the same value twice. Any thread may call this. */
uint64_t clock_next_us(_Atomic uint64_t *last);
struct timespec clock_real(void);
/* Whether a is later than b. */
bool clock_is_later(struct timespec a, struct timespec b);

/* Initialises a condition variable on the monotonic clock, so that setting the date does not move
 * deadlines. */
void clock_cond_init(pthread_cond_t *cond);
/* Waits for a signal until deadline_ms (clock_mono_ms() scale). Returns false if the deadline has
 * passed. */
bool clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t deadline_ms);

/* Parses RFC 3339 as ProtoJSON writes a Timestamp: an optional fraction, and "Z" or a numeric
 * offset. Digits past nanoseconds are ignored. Returns false if the text is anything else. */
bool clock_parse_rfc3339(const char *text, struct timespec *ret);
#define CLOCK_TEXT_MAX 40
/* Writes UTC with milliseconds: "2026-01-31T12:00:00.123Z". */
void clock_format_rfc3339(struct timespec t, char out[CLOCK_TEXT_MAX]);

#endif
