/* SPDX-License-Identifier: MIT */
/* The kinds of change that can be made to a VPC. Each returns 0 when an answer of the API has
 * confirmed the change, and otherwise reports why it was not made. path is relative to the VPC. */
#ifndef VIEW_COMMIT_KINDS_H
#define VIEW_COMMIT_KINDS_H

#include "tree/node.h"
#include "vpc.h"

int commit_text(
	struct vpc *vpc, const struct op *op, const char *path, struct node_store *store);
int commit_remove_entry(struct vpc *vpc, const struct op *op, const char *path);
int commit_rename_entry(
	struct vpc *vpc, const struct op *op, const char *path, const char *new_name);
/* name is the name in the API, not the file name. */
int commit_rename_vpc(struct vpc *vpc, const struct op *op, const char *name);

#endif
