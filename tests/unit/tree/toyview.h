/* SPDX-License-Identifier: MIT */
/* A view without a service: objects with a few fields, whose store can be told to fail, to be slow, and writes down what it was asked.
 *
 *   OBJECT/value flag list     a text that ends in a newline; "bad" in it is EINVAL, it is normalised to one last newline
 *   OBJECT/spec                complete when it is one {...} and a newline
 *   OBJECT/ro                  no store
 *   OBJECT/sub/value           the same one directory deeper
 *   OBJECT/link                a symbolic link
 *   slow                       its show waits until somebody gives up
 *   .ctl/fail delay log reset  errno of all stores; their milliseconds; one line for each store; empties the log
 *
 * mkdir, rmdir and rename in the root make, remove and rename objects. */
#ifndef TOYVIEW_H
#define TOYVIEW_H

#include "tree/change.h"

struct toy;

struct toy *toy_new(void);
void toy_free(struct toy *toy);
/* From now on whoever waits gets -ESHUTDOWN. */
void toy_stop(struct toy *toy);
struct node_entry toy_root(struct toy *toy);

/* For tests without a mount. */
/* Somebody else removes an object. */
void toy_vanish(struct toy *toy, const char *name);
/* From now on fields say that they stay as they are until toy_set. */
void toy_keep(struct toy *toy);
/* Somebody else gives an object another value; */
void toy_set(struct toy *toy, struct tree *tree, const char *name, const char *value);
/* and in two steps: after the first the value is shown, and nobody has been told. */
void toy_set_begin(struct toy *toy, struct tree *tree, const char *name, const char *value);
void toy_set_end(struct toy *toy, struct tree *tree, const char *name);
void toy_fail(struct toy *toy, int errnum);
/* Lines "why OBJECT/path text\n" with newlines of the text as "\\n"; the caller frees. Empties the log. */
char *toy_take_log(struct toy *toy);

#endif
