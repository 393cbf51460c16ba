/* SPDX-License-Identifier: MIT */
/* What the API said of the VPCs, and for how long it is used. Nothing here asks the API. */
#ifndef VIEW_CACHE_H
#define VIEW_CACHE_H

#include "collection.h"

/* The last document that is known, however old; the caller's reference. -ENOENT when the VPC is
 * gone. */
int cache_peek(struct vpc *vpc, struct doc **ret);
/* Those of all VPCs that can be read. Errors: -ENOMEM. */
int cache_peek_all(struct collection *c, struct doc_list *ret);

/* The time of what is at this path of the VPC, as doc has it (NULL: the last document, the
 * directory itself). Returns how long the kernel may keep what it is told of that now, on
 * clock_mono_us(); 0: not at all. */
uint64_t cache_stamp(struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret_mtime);
/* The same for the root: the newest time of what is known, so that it is the same after a remount;
 * and as long as any answer is used, since whatever an answer changes invalidates the root, too. */
uint64_t cache_stamp_root(struct collection *c, struct timespec *ret_mtime);

/* The answer to a change: it counts, and those to older questions do not any more. doc may be NULL:
 * it is not known what is there now, the next reader asks. */
void cache_take_written(struct vpc *vpc, struct doc *doc);
/* A VPC that was created here; the caller's reference. Errors: -ENOMEM. */
int cache_take_created(struct collection *c, struct doc *doc, struct vpc **ret);
void cache_take_deleted(struct vpc *vpc);
/* No answer to a question that was asked before counts any more. */
void cache_forget(struct collection *c);

/* With the collection's lock held. */
/* The answer to a question about the VPC: r is 0, or the errno of the call (-ENOENT: it is gone).
 * Returns what those who wait are told: 0 also when the answer is older than what is known. */
int cache_take_doc_locked(struct vpc *vpc, int r, struct doc *doc,
	const struct api_tag *tag, uint64_t requested_us);
/* The answer to a question about the list. Errors: -ENOMEM. */
int cache_take_list_locked(struct collection *c, const struct doc_list *list,
	const struct api_tag *tag, uint64_t requested_us);

#endif
