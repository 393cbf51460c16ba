/* SPDX-License-Identifier: MIT */
/* The VPCs, in order of creation and by id: the serialised text of each and of the list, their past
 * states, and the phase (CREATING, UPDATING, DELETING) of each. A change is on the disk before it
 * is in memory. */
#ifndef EMULATOR_STORE_H
#define EMULATOR_STORE_H

#include <stdbool.h>
#include <sys/queue.h>
#include <jansson.h>
#include "base/err.h"
#include "history.h"
#include "profile.h"
#include "stamp.h"
#include "text.h"

struct vpc {
	TAILQ_ENTRY(vpc) link;	  /* all, in order */
	TAILQ_ENTRY(vpc) phasing; /* those in a phase */
	char *id;		  /* owned */
	json_t *doc;		  /* owned; the document that is shown now */
	json_t *settled;   /* owned; the document after the phase, NULL if deleted then */
	struct text *text; /* owned; the answer of GET and its part of the list */
	uint64_t phase_end_ms; /* clock_mono_ms(); 0 if it is in no phase */
	bool as_given;	       /* loaded from a file and shown unchanged */
};

struct store;

struct store_options {
	const struct profile *profile; /* borrowed: as long as the store */
	const char *state_file;	       /* or NULL */
	const char *load_file;	       /* or NULL */
	bool samples;
	unsigned provision_ms;
};

/* Blocks on the disk. Errors, each with a sentence: -EBADMSG (a file has the wrong format), -EBUSY
 * (the state file is in use), -ENOMEM, errno of the files. */
int store_new(const struct store_options *options, struct store **ret, struct err *err);
void store_free(struct store *s);

/* Call everything below between these two, and touch documents only there. cause is the cause of
 * the changes until store_unlock, borrowed until then; NULL if nothing will change. */
void store_lock(struct store *s, const struct history_cause *cause);
void store_unlock(struct store *s);

struct vpc *store_find(struct store *s, const char *id);
/* Whether a VPC other than `but` (may be NULL) has this name. */
bool store_has_name(struct store *s, const char *name, const struct vpc *but);
size_t store_count(const struct store *s);
/* A time for a change, see stamp_now. */
void store_now(struct store *s, char out[STAMP_TEXT_MAX]);

/* Changes. phase is the status to show during the provision time, or NULL. They block on the disk.
 * Errors: -ENOMEM, errno of the state file; then nothing has changed. */
int store_add(
	struct store *s, json_t *doc, bool as_given, const char *phase, struct vpc **ret);
/* Records a request that was carried out and changed nothing in the VPC. */
void store_keep(struct store *s, const struct vpc *v);
int store_change(struct store *s, struct vpc *v, json_t *doc, const char *phase);
/* Removes the VPC, or shows it in this phase until the phase ends and then removes it. */
int store_remove(struct store *s, struct vpc *v, const char *phase);

/* A new reference to the list answer, or to GET's answer about one VPC, as of lag_ms ago. NULL if
 * there is no such VPC, or no memory. */
struct text *store_list(struct store *s, unsigned lag_ms);
struct text *store_show(struct store *s, const char *id, unsigned lag_ms);

/* The control endpoint's answer, see history_show. */
struct text *store_history(struct store *s, uint64_t after);

#endif
