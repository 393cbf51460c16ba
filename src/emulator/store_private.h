/* SPDX-License-Identifier: MIT */
/* The store's inside, shared by store.c (changes), store_list.c (answers) and store_start.c (where
 * it begins). */
#ifndef EMULATOR_STORE_PRIVATE_H
#define EMULATOR_STORE_PRIVATE_H

#include <pthread.h>
#include "base/map.h"
#include "document.h"
#include "journal.h"
#include "store.h"

TAILQ_HEAD(vpc_queue, vpc);

struct store {
	pthread_mutex_t lock;
	const struct profile *profile; /* borrowed */
	unsigned provision_ms;
	struct stamp stamp;
	struct vpc_queue all;	  /* owns its VPCs */
	struct vpc_queue phasing; /* by end of phase */
	size_t count;
	struct map by_id;
	struct map names;	 /* how many have it, as a number in the pointer */
	bool shared_ids;	 /* some id is there more than once */
	struct journal *journal; /* owned; NULL without a state file */
	struct text *list;	 /* owned; NULL must be made again */
	const struct history_cause *cause; /* borrowed; of what changes now */
	struct history history;
};

/* Ends the phases whose time is over. */
void store_settle(struct store *s);
/* Adds without the journal. */
int store_insert(struct store *s, json_t *doc, bool as_given, struct vpc **ret);
/* Forgets all VPCs without the journal. */
void store_clear(struct store *s);
/* The whole state as the journal's new beginning. */
int store_snapshot(struct store *s);

#endif
