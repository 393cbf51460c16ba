/* SPDX-License-Identifier: MIT */
/* Reads and stores the text of a node of the view. Each function may call the view, and so block.
 */
#ifndef TREE_NODE_TEXT_H
#define TREE_NODE_TEXT_H

#include "tree_int.h"

/* The text that the view shows now; empty if ops->show is absent. Release *ret after a failure,
 * too. */
int node_show(struct node *node, const struct op *op, bool must_ask, struct node_text *ret);
void node_text_release(const struct node *node, struct node_text *text);

/* Stores a text with ops->store. For a file without that operation, checks that it has the text
 * already. Errors: -EPERM, the view's. */
int node_store(struct node *node, const struct op *op, struct node_store *store);
/* Returns 0 if a file without ops->store has these bytes at off and, with whole, no others. Errors:
 * -EPERM if not, the view's. */
int node_check_same(struct node *node, const struct op *op, uint64_t off, const char *bytes,
	size_t len, bool whole);

#endif
