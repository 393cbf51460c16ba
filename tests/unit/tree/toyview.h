/* SPDX-License-Identifier: MIT */
/* A view without a service: objects with a few fields. Its store logs each call, and can be made to
 * fail or to be slow.
 *
 *   OBJECT/value flag list     a text that ends in a newline; "bad" in it is EINVAL; it is
 *                              normalised to one last newline
 *   OBJECT/spec                complete when it is one {...} and a newline; has a base: the text
 *                              that was shown
 *   OBJECT/ro                  no store
 *   OBJECT/sub/value           one directory deeper; the kernel never keeps the name "sub"
 *   OBJECT/extra               does not exist until it is made with open(O_CREAT)
 *   OBJECT/link                a symbolic link
 *   slow                       its show waits until the caller gives up
 *   .drafts/NAME               renamed into the root it becomes an object; "bad" in it is EINVAL
 *   .ctl/fail delay log reset  errno of all stores; their milliseconds; one line for each store;
 *                              empties the log
 *
 * mkdir, rmdir and rename in the root make, remove and rename objects. */
#ifndef TOYVIEW_H
#define TOYVIEW_H

#include "tree/change.h"

struct toy;

/* What the last store was called with. */
struct toy_seen {
	char base[256]; /* the text of the base, or "none" */
	struct caller writer, mover;
	unsigned must_ask; /* number of shows so far that had to ask */
	char draft_paths
		[1024]; /* "PATH/ PATH:SIZE ", as the walk of the last publish gave them */
};

struct toy *toy_new(void);
void toy_free(struct toy *toy);
/* From now on all waits return -ESHUTDOWN. */
void toy_stop(struct toy *toy);
struct node_entry toy_root(struct toy *toy);

/* For tests without a mount. */
/* Removes an object as another client would. */
void toy_vanish(struct toy *toy, struct tree *tree, const char *name);
/* Returns false if there is none. */
bool toy_try_vanish(struct toy *toy, struct tree *tree, const char *name);
/* From now on the tree may keep every answer until it is invalidated. */
void toy_keep(struct toy *toy, struct tree *tree);
/* Changes an object's value as another client would. */
void toy_set(struct toy *toy, struct tree *tree, const char *name, const char *value);
/* From now on publish changes nothing. */
void toy_dry_run(struct toy *toy);
const struct toy_seen *toy_seen(struct toy *toy);
void toy_fail(struct toy *toy, int errnum);
/* Returns the log and empties it; the caller frees. Its lines are "why OBJECT/path text\n", with
 * "why+" if the text is to be appended; newlines of the text are "\\n". */
char *toy_take_log(struct toy *toy);

#endif
