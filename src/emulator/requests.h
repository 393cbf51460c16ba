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

/* What is known of a request that came in; all borrowed for the call. */
struct requests_note {
	/* clock_mono_us() */
	uint64_t received_us;
	/* the door's name */
	const char *protocol;
	/* "json" or "proto" */
	const char *codec;
	/* the schema's name of what is asked, or NULL */
	const char *call;
	/* as HTTP calls it */
	const char *method;
	const char *path;
	/* or NULL */
	const char *mask;
	/* the body as it was read; NULL where it is neither JSON nor a message */
	const json_t *json;
	/* as it came */
	const struct buf *body;
};

/* Returns its number for requests_end; 0 is not kept (no memory). */
uint64_t requests_begin(struct requests *r, const struct requests_note *note);
/* status is what it was answered with, 0 for not at all. */
void requests_end(struct requests *r, uint64_t number, unsigned status);
/* Whether a rule holds it right now. */
void requests_set_held(struct requests *r, uint64_t number, bool held);
void requests_clear(struct requests *r);
/* A JSON array; NULL without memory. */
struct text *requests_show(struct requests *r);

#endif
