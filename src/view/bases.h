/* SPDX-License-Identifier: MIT */
/* What each living process last read of a VPC's spec.json to its end, or has saved since. */
#ifndef VIEW_BASES_H
#define VIEW_BASES_H

#include <pthread.h>
#include "base/caller.h"
#include "model/doc.h"

struct base;

/* Members are private; it has a lock of its own. */
struct bases {
	pthread_mutex_t lock;
	struct base *first; /* owned */
};

void bases_init(struct bases *bases);
void bases_release(struct bases *bases);
void bases_read(struct bases *bases, const struct caller *reader, struct doc *doc);
/* The caller's reference, NULL when this process has not read, or is not known. */
struct doc *bases_get(struct bases *bases, const struct caller *reader);
/* It has saved: what it has now, if it once read. */
void bases_saved(struct bases *bases, const struct caller *writer, struct doc *doc);
/* Forgets those of processes that have ended. */
void bases_sweep(struct bases *bases);

#endif
