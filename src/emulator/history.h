/* SPDX-License-Identifier: MIT */
/* Every state that VPCs were in, and what led to it: for answers that lag behind, and for tests
 * that judge. Bounded; not locked. */
#ifndef EMULATOR_HISTORY_H
#define EMULATOR_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "text.h"

#define HISTORY_MAX 50000

/* The request that changes something; all borrowed for the change. */
struct history_cause {
	uint64_t request;     /* of requests_begin */
	uint64_t received_us; /* clock_mono_us() */
	const char *protocol; /* the door's name */
	const char *call;     /* the schema's name of what was asked */
	const char *method;   /* as HTTP calls it */
	const char *mask;     /* its updateMask, or NULL */
	const json_t *body;   /* as it came; NULL where there was none */
};

struct history_entry {
	uint64_t at_us;	     /* clock_mono_us() */
	char *id;	     /* owned */
	char *head;	     /* owned; members of its JSON, each with a comma behind it */
	struct text *before; /* owned; NULL: there was none */
	struct text *after;  /* owned; NULL: it is gone */
};

/* Zero-initialised is empty. Members are private to history.c. */
struct history {
	struct history_entry ring[HISTORY_MAX];
	size_t next; /* entries ever written */
};

void history_release(struct history *h);
/* id is `after` from now on, and was `before` (either may be NULL). Without a cause a phase has
 * ended. Without memory it is forgotten. */
void history_add(struct history *h, const struct history_cause *cause, const char *id,
	struct text *before, struct text *after);
/* id was there when the server started. */
void history_add_start(struct history *h, const char *id, struct text *text);
/* The first change later than since_us, as an index for history_at; history_end when there is none.
 */
size_t history_first_since(const struct history *h, uint64_t since_us);
static inline size_t history_end(const struct history *h)
{
	return h->next;
}
const struct history_entry *history_at(const struct history *h, size_t index);

/* What the control endpoint shows, from the entry after that sequence number on; NULL without
 * memory. */
struct text *history_show(const struct history *h, uint64_t after);

#endif
