/* SPDX-License-Identifier: MIT */
/* The base of each living process: the document of the VPC's spec.json that the process last read
 * to its end, or has saved since. */
#ifndef VIEW_BASES_H
#define VIEW_BASES_H

#include <pthread.h>
#include "base/caller.h"
#include "model/doc.h"

struct base;

/* Members are private. */
struct bases {
	pthread_mutex_t *lock; /* borrowed; not held by a caller */
	struct base *first;    /* owned */
};

void bases_init(struct bases *bases, pthread_mutex_t *lock);
void bases_release(struct bases *bases);
void bases_read(struct bases *bases, const struct caller *reader, struct doc *doc);
/* Returns the base of this process, a reference that the caller owns. NULL if the process has not
 * read the file, or is not known. */
struct doc *bases_get(struct bases *bases, const struct caller *reader);
/* Notes that the process has saved, and that its base is doc from now on. Does nothing for a
 * process that has no base. */
void bases_saved(struct bases *bases, const struct caller *writer, struct doc *doc);
/* Forgets the bases of processes that have ended. */
void bases_sweep(struct bases *bases);

#endif
