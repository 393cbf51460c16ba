/* SPDX-License-Identifier: MIT */
/* The cache: what the API said about the VPCs, and for how long that is used. Nothing here asks the
 * API. */
#ifndef VIEW_CACHE_H
#define VIEW_CACHE_H

#include "collection.h"

/* Returns the last document that is known, however old it is; the caller owns the reference.
 * Errors: -ENOENT if the VPC is gone. */
int cache_peek(struct vpc *vpc, struct doc **ret);
/* Adds the last known documents of all VPCs that can be read. Errors: -ENOMEM. */
int cache_peek_all(struct collection *c, struct doc_list *ret);

/* Writes the mtime of the file or directory at this path in doc to *ret_mtime. doc NULL means the
 * last known document. Returns until when the kernel may keep these attributes, on clock_mono_us();
 * 0 if it may not keep them. */
uint64_t cache_stamp(struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret_mtime);
/* The same for the root. Its mtime is the newest time in the known documents, so that it is the
 * same after a remount. The kernel may keep its attributes as long as any answer is used, because
 * any answer that changes something invalidates the root as well. */
uint64_t cache_stamp_root(struct collection *c, struct timespec *ret_mtime);

/* Takes the answer to a change. It counts from now on, and answers to questions that were asked
 * before do not. doc may be NULL, if it is not known what the change has left: the next reader then
 * asks. */
void cache_take_written(struct vpc *vpc, struct doc *doc);
/* Takes a VPC that was created here. The caller owns the reference *ret. Errors: -ENOMEM. */
int cache_take_created(struct collection *c, struct doc *doc, struct vpc **ret);
void cache_take_deleted(struct vpc *vpc);
/* Forgets all answers, for a refresh, or because it is not known whether a VPC was made or deleted.
 * Answers to questions that were asked before do not count any more. */
void cache_forget(struct collection *c);

/* The functions below are called with the collection's lock held. */
/* Takes the answer to a question about the VPC. r is 0 or the errno of the call; -ENOENT means that
 * the VPC is gone. Returns the result for the callers that wait for the answer. That is 0 also if
 * the answer is older than the known document. */
int cache_take_doc_locked(struct vpc *vpc, int r, struct doc *doc,
	const struct api_tag *tag, uint64_t requested_us);
/* Takes the answer to a question about the list. Errors: -ENOMEM. */
int cache_take_list_locked(struct collection *c, const struct doc_list *list,
	const struct api_tag *tag, uint64_t requested_us);

#endif
