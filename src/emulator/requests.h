/* SPDX-License-Identifier: MIT */
/* The requests seen so far, for test suites and for the request log. Bounded. May be called from
 * any thread. */
#ifndef EMULATOR_REQUESTS_H
#define EMULATOR_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>
#include "text.h"

#define REQUESTS_MAX	  20000
#define REQUESTS_BODY_MAX 65536

struct requests;

/* log_fd, if > 0, receives one line for each request; borrowed. */
struct requests *requests_new(int log_fd);
void requests_free(struct requests *r);

/* A received request; all pointers are borrowed for the call. */
struct requests_note {
	/* clock_mono_us() */
	uint64_t received_us;
	/* the door's name */
	const char *protocol;
	/* "json" or "proto" */
	const char *codec;
	/* the call's name in the schema, or NULL */
	const char *call;
	/* the HTTP method */
	const char *method;
	const char *path;
	/* or NULL */
	const char *mask;
	/* the parsed body; NULL if it is neither JSON nor a message */
	const json_t *json;
	/* the body as received */
	const struct buf *body;
};

/* Returns the request's number for requests_end; 0 if it was not kept (no memory). */
uint64_t requests_begin(struct requests *r, const struct requests_note *note);
/* status is that of the answer, 0 if none was sent. */
void requests_end(struct requests *r, uint64_t number, unsigned status);
/* Sets whether a rule holds the request right now. */
void requests_set_held(struct requests *r, uint64_t number, bool held);
void requests_clear(struct requests *r);
/* A JSON array; NULL without memory. */
struct text *requests_show(struct requests *r);

#endif
