/* SPDX-License-Identifier: MIT */
/* A view without a service: objects with a few fields, whose store can be told to fail, to be slow,
 * and writes down what it was asked.
 *
 *   OBJECT/value flag list     a text that ends in a newline; "bad" in it is EINVAL; it is
 *                              normalised to one last newline
 *   OBJECT/spec                complete when it is one {...} and a newline; has a base: the text
 *                              that was shown
 *   OBJECT/ro                  no store
 *   OBJECT/sub/value           one directory deeper; the kernel never keeps the name "sub"
 *   OBJECT/extra               not there until it is made with open(O_CREAT)
 *   OBJECT/link                a symbolic link
 *   slow                       its show waits until somebody gives up
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
	char base[256]; /* "none", or the text that the base is */
	struct caller writer, mover;
	unsigned must_ask; /* shows so far that had to ask */
	char draft_paths
		[1024]; /* "PATH/ PATH:SIZE ", as the walk of the last publish gave them */
};

struct toy *toy_new(void);
void toy_free(struct toy *toy);
/* From now on whoever waits gets -ESHUTDOWN. */
void toy_stop(struct toy *toy);
struct node_entry toy_root(struct toy *toy);

/* For tests without a mount. */
/* Somebody else removes an object. */
void toy_vanish(struct toy *toy, struct tree *tree, const char *name);
/* False: there is none. */
bool toy_try_vanish(struct toy *toy, struct tree *tree, const char *name);
/* From now on everything says that it stays as it is until the tree is told otherwise. */
void toy_keep(struct toy *toy, struct tree *tree);
/* Somebody else gives an object another value. */
void toy_set(struct toy *toy, struct tree *tree, const char *name, const char *value);
/* From now on publish changes nothing. */
void toy_dry_run(struct toy *toy);
const struct toy_seen *toy_seen(struct toy *toy);
void toy_fail(struct toy *toy, int errnum);
/* Lines "why OBJECT/path text\n", "why+" where the text is to be added, with newlines of the
 * text as "\\n"; the caller frees. Empties the log. */
char *toy_take_log(struct toy *toy);

#endif
