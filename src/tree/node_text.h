/* SPDX-License-Identifier: MIT */
/* The text of a node of the view, read and stored. Each may ask the view. */
#ifndef TREE_NODE_TEXT_H
#define TREE_NODE_TEXT_H

#include "tree_int.h"

/* What the view shows now; absent show: an empty text. *ret is to be released also after a
 * failure. */
int node_show(struct node *node, const struct op *op, bool must_ask, struct node_text *ret);
void node_text_release(const struct node *node, struct node_text *text);

/* The file's text shall be this: ops->store, or for a file that has none the check that it is
 * this already. Errors: -EPERM, the view's. */
int node_store(struct node *node, const struct op *op, struct node_store *store);
/* Whether a file that has no store has these bytes at off; whole: and no others. Errors: -EPERM,
 * the view's. */
int node_check_same(struct node *node, const struct op *op, uint64_t off, const char *bytes,
	size_t len, bool whole);

#endif
