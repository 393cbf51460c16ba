/* SPDX-License-Identifier: MIT */
/* The body of a VPC, for the modules from vpc to fetch. All functions with the collection's lock
 * held. */
#ifndef VIEW_VPC_INT_H
#define VIEW_VPC_INT_H

#include <stdatomic.h>
#include "base/map.h"
#include "vpc.h"

struct breaker;
struct collection;
struct inflight;

/* What a GET can ask for, a VPC or the list, and how the last one ended. */
struct resource {
	/* generation of the question that is answered by what is known; 0: it is out of date */
	uint64_t requested_us;
	/* owned: of the answer that is known, as it came; NULL: something else is known, or it had
	 * none */
	char *etag;
	struct inflight *inflight; /* borrowed: the question of readers that is under way */
	struct breaker *breaker;   /* owned, or NULL: readers are told the last failure */
};
void resource_release(struct resource *resource);

struct vpc {
	atomic_uint refs;
	/* ---- these never change */
	struct collection *collection; /* borrowed: outlives it */
	char *id;		       /* owned */
	uint64_t seen_us;
	struct timespec seen; /* the same on the wall clock, for what has no updatedAt */
	/* ---- */
	struct vpc_local local;
	/* ---- these are under the collection's lock */
	struct resource resource;
	struct doc *doc; /* owned: the last answer that counts */
	char *file;	 /* owned: its name in the mount, "" before it has one */
	/* generation of the end of the last change here: older questions do not count */
	uint64_t written_us;
	/* generation of the list that held it last; 0: created here, and no list has yet */
	uint64_t listed_us;
	/* path -> struct timespec, owned: content that changed without updatedAt */
	struct map observations;
	bool is_unsettled; /* written here, and no list has shown it so yet */
	bool is_doubtful;  /* only a GET by id can tell what a list made of it */
	bool is_gone;	   /* hidden: deleted here, or seen to be gone */
	bool is_deleted;   /* here: hidden also while it is STATUS_DELETING */
};

/* NULL without memory. tree: who is charged for its local entries, as there. */
struct vpc *vpc_new(struct collection *collection, const char *id, uint64_t seen_us,
	struct tree *const *tree);
/* Whether it is shown in the mount. */
bool vpc_is_shown_locked(const struct vpc *vpc);
/* Whether it was created here and no list has held it yet. */
bool vpc_is_new_locked(const struct vpc *vpc);
/* Whether that is another one than before. */
bool vpc_set_doc_locked(struct vpc *vpc, struct doc *doc);
/* Errors: -ENOMEM. */
int vpc_set_file_locked(struct vpc *vpc, const char *file);
/* Of the file or directory at path, as doc has it. */
void vpc_mtime_locked(const struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret);

#endif
