/* SPDX-License-Identifier: MIT */
/* The requests seen so far, for test suites and for the request log. Bounded; any thread. */
#ifndef EMULATOR_REQUESTS_H
#define EMULATOR_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>
#include "text.h"

#define REQUESTS_MAX	  20000
#define REQUESTS_BODY_MAX 65536

struct requests;

/* log_fd: a line per request when > 0; borrowed. */
struct requests *requests_new(int log_fd);
void requests_free(struct requests *r);

/* One came in (clock_mono_us()). mask and body may be NULL. Returns its number for requests_end; 0
 * is not kept (no memory). */
uint64_t requests_begin(struct requests *r, uint64_t received_us, const char *method,
	const char *path, const char *mask, const struct buf *body);
/* status is what it was answered with, 0 for not at all. */
void requests_end(struct requests *r, uint64_t number, unsigned status);
/* Whether a rule holds it right now. */
void requests_set_held(struct requests *r, uint64_t number, bool held);
void requests_clear(struct requests *r);
/* A JSON array; NULL without memory. */
struct text *requests_show(struct requests *r);

#endif
