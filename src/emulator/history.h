/* SPDX-License-Identifier: MIT */
/* What VPCs were before their last changes, for answers that lag behind. Bounded; not locked. */
#ifndef EMULATOR_HISTORY_H
#define EMULATOR_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include "text.h"

#define HISTORY_MAX 4096

struct history_entry {
	uint64_t at_ms;
	char *id;	     /* owned */
	struct text *before; /* owned; NULL: there was none */
};

/* Zero-initialised is empty. Members are private to history.c and store.c's iteration. */
struct history {
	struct history_entry ring[HISTORY_MAX];
	size_t next; /* entries ever written */
};

void history_release(struct history *h);
/* id changed now, and was `before` (may be NULL). Without memory it is forgotten. */
void history_add(struct history *h, const char *id, struct text *before);
/* The first change later than since_ms, as an index for history_at; history_end when there is none. */
size_t history_first_since(const struct history *h, uint64_t since_ms);
static inline size_t history_end(const struct history *h)
{
	return h->next;
}
const struct history_entry *history_at(const struct history *h, size_t index);

#endif
