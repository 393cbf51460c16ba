/* SPDX-License-Identifier: MIT */
/* The members of a VPC, for the modules from vpc to fetch. All functions are called with the
 * collection's lock held. */
#ifndef VIEW_VPC_INT_H
#define VIEW_VPC_INT_H

#include <stdatomic.h>
#include "base/map.h"
#include "vpc.h"

struct breaker;
struct collection;
struct inflight;

/* What a GET can ask for, a VPC or the list, and how the last GET ended. */
struct resource {
	/* generation of the question that the known document or list answers; 0: that is out of
	 * date */
	uint64_t requested_us;
	/* owned: the ETag of the known document or list; NULL if its answer had none, or if it has
	 * changed since */
	char *etag;
	/* borrowed: the question of readers that is under way, or NULL */
	struct inflight *inflight;
	/* owned, or NULL: while it is open, readers get the last failure again */
	struct breaker *breaker;
};
void resource_release(struct resource *resource);

struct vpc {
	atomic_uint refs;
	/* ---- the members below never change */
	struct collection *collection; /* borrowed: outlives it */
	char *id;		       /* owned */
	uint64_t seen_us;
	/* the same time on the wall clock, for files without updatedAt */
	struct timespec seen;
	/* ---- */
	struct vpc_local local;
	/* ---- the collection's lock protects the members below */
	struct resource resource;
	struct doc *doc; /* owned: the last answer that counts */
	char *file;	 /* owned: its file name in the root, "" before it has one */
	/* generation of the end of the last change here; older questions do not count */
	uint64_t written_us;
	/* generation of the last list that held it; 0: created here, and no list has held it yet */
	uint64_t listed_us;
	/* path -> struct timespec, owned: when content changed although updatedAt stayed */
	struct map observations;
	/* written here, and no list has shown the written value yet */
	bool is_unsettled;
	/* a list contradicts the known document: only a GET by id can tell */
	bool is_doubtful;
	bool is_gone; /* hidden: deleted here, or an answer said so */
	/* deleted here: hidden even while the API still shows it as STATUS_DELETING */
	bool is_deleted;
};

/* Returns NULL if there is no memory. *tree is charged for the VPC's local entries (local_entry.h).
 */
struct vpc *vpc_new(struct collection *collection, const char *id, uint64_t seen_us,
	struct tree *const *tree);
/* Whether it is shown in the mount. */
bool vpc_is_shown_locked(const struct vpc *vpc);
/* Whether it was created here and no list has held it yet. */
bool vpc_is_new_locked(const struct vpc *vpc);
/* Sets the document. Returns whether it differs from the one before. */
bool vpc_set_doc_locked(struct vpc *vpc, struct doc *doc);
/* Errors: -ENOMEM. */
int vpc_set_file_locked(struct vpc *vpc, const char *file);
/* Writes the mtime of the file or directory at path in doc. */
void vpc_mtime_locked(const struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret);

#endif
