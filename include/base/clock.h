/* SPDX-License-Identifier: MIT */
/* Time: monotonic for waiting, real for showing. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

uint64_t clock_mono_ms(void);
uint64_t clock_mono_us(void);
struct timespec clock_real(void);
/* Whether a is later than b. */
bool clock_is_later(struct timespec a, struct timespec b);

/* A condition variable on the monotonic clock, so that deadlines survive a change of the date. */
void clock_cond_init(pthread_cond_t *cond);
/* Waits until signalled or deadline_ms (clock_mono_ms() scale). Returns false when the deadline
 * passed. */
bool clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t deadline_ms);

/* RFC 3339 with "Z" and 0 to 9 digits of fraction, or a numeric offset, as ProtoJSON writes a
 * Timestamp. */
bool clock_parse_rfc3339(const char *text, struct timespec *ret);
#define CLOCK_TEXT_MAX 40
/* "2026-01-31T12:00:00.123Z", milliseconds. */
void clock_format_rfc3339(struct timespec t, char out[CLOCK_TEXT_MAX]);

#endif
