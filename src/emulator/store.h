/* SPDX-License-Identifier: MIT */
/* The VPCs there are: in order of creation, by id, each with its serialised text, and the list's;
 * what they were a moment ago; and the phase (CREATING, UPDATING, DELETING) each is in. Everything
 * is on disk before it is here. */
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
	json_t *doc;		  /* owned; as it is shown now */
	json_t *settled;   /* owned; what it becomes when the phase ends, NULL is gone */
	struct text *text; /* owned; how GET and the list show it */
	uint64_t phase_end_ms; /* clock_mono_ms(); 0 is no phase */
	bool as_given;	       /* from a file: shown as it stands */
};

struct store;

struct store_options {
	const struct profile *profile; /* borrowed: as long as the store */
	const char *state_file;	       /* or NULL */
	const char *load_file;	       /* or NULL */
	bool samples;
	unsigned provision_ms;
};

/* Blocks on the disk. Errors: -EBADMSG (a file that is not what it should be), -EBUSY, -ENOMEM,
 * errno of the files; each with a sentence. */
int store_new(const struct store_options *options, struct store **ret, struct err *err);
void store_free(struct store *s);

/* All below is called between these two; documents may be touched only there. */
/* cause: of the changes until store_unlock, borrowed until then; NULL where there will be none. */
void store_lock(struct store *s, const struct history_cause *cause);
void store_unlock(struct store *s);

struct vpc *store_find(struct store *s, const char *id);
/* Whether another VPC than `but` (may be NULL) has this name. */
bool store_has_name(struct store *s, const char *name, const struct vpc *but);
size_t store_count(const struct store *s);
/* A time for a change, see stamp_now. */
void store_now(struct store *s, char out[STAMP_TEXT_MAX]);

/* Changes: phase is the status to show for the provision time, NULL for none. Blocks on the disk.
 * Errors: -ENOMEM, errno of the state file; then nothing changed. */
int store_add(
	struct store *s, json_t *doc, bool as_given, const char *phase, struct vpc **ret);
/* The request was carried out and the VPC is as it was. */
void store_keep(struct store *s, const struct vpc *v);
int store_change(struct store *s, struct vpc *v, json_t *doc, const char *phase);
/* The vpc is gone, or shown as this phase until it is. */
int store_remove(struct store *s, struct vpc *v, const char *phase);

/* A new reference to the list answer, or to what GET shows of one VPC (NULL: no such VPC, or no
 * memory), as of lag_ms ago. */
struct text *store_list(struct store *s, unsigned lag_ms);
struct text *store_show(struct store *s, const char *id, unsigned lag_ms);

/* The history for the control endpoint, see history_show. */
struct text *store_history(struct store *s, uint64_t after);

#endif
