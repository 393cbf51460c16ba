/* SPDX-License-Identifier: MIT */
/* The store's private members, shared by store.c (changes), store_list.c (answers) and
 * store_start.c (the first state). */
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
	struct map names; /* how many VPCs have the name, as a number in the pointer */
	bool shared_ids;  /* several VPCs share an id */
	struct journal *journal;	   /* owned; NULL without a state file */
	struct text *list;		   /* owned; NULL when it must be made again */
	const struct history_cause *cause; /* borrowed; of the changes under this lock */
	struct history history;
};

/* Ends the phases whose time has passed. */
void store_settle(struct store *s);
/* Adds a VPC without writing to the journal. */
int store_insert(struct store *s, json_t *doc, bool as_given, struct vpc **ret);
/* Forgets all VPCs without writing to the journal. */
void store_clear(struct store *s);
/* Replaces the journal by a snapshot of the whole state. */
int store_snapshot(struct store *s);

#endif
