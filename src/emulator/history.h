/* SPDX-License-Identifier: MIT */
/* Every state that VPCs were in, and the request that caused it: for answers that lag behind, and
 * for tests that check the driver against it. Bounded; not locked. */
#ifndef EMULATOR_HISTORY_H
#define EMULATOR_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "text.h"

#define HISTORY_MAX 50000

/* The request that changes something; all borrowed for the change. */
struct history_cause {
	uint64_t request;     /* from requests_begin */
	uint64_t received_us; /* clock_mono_us() */
	const char *protocol; /* the door's name */
	const char *call;     /* the call's name in the schema */
	const char *method;   /* the HTTP method */
	const char *mask;     /* its updateMask, or NULL */
	const json_t *body;   /* as received; NULL if there was none */
};

struct history_entry {
	uint64_t at_us;	     /* clock_mono_us() */
	char *id;	     /* owned */
	char *head;	     /* owned; members of its JSON, each followed by a comma */
	struct text *before; /* owned; NULL if the VPC did not exist */
	struct text *after;  /* owned; NULL if the VPC is gone */
};

/* Zero-initialised is empty. Members are private to history.c. */
struct history {
	struct history_entry ring[HISTORY_MAX];
	size_t next; /* entries ever written */
};

void history_release(struct history *h);
/* Records that the VPC id changed from `before` to `after` (either may be NULL). cause is NULL if a
 * phase ended. Without memory the change is not recorded. */
void history_add(struct history *h, const struct history_cause *cause, const char *id,
	struct text *before, struct text *after);
/* Records that the VPC id existed when the server started. */
void history_add_start(struct history *h, const char *id, struct text *text);
/* The index, for history_at, of the first change later than since_us; history_end if none is. */
size_t history_first_since(const struct history *h, uint64_t since_us);
static inline size_t history_end(const struct history *h)
{
	return h->next;
}
const struct history_entry *history_at(const struct history *h, size_t index);

/* The control endpoint's answer, with the changes after that sequence number; NULL without memory.
 * */
struct text *history_show(const struct history *h, uint64_t after);

#endif
