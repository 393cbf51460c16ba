/* SPDX-License-Identifier: MIT */
/* What can be written to a VPC. Each is confirmed by the API's answer, or reports why not. path is
 * relative to the VPC. */
#ifndef VIEW_COMMIT_KINDS_H
#define VIEW_COMMIT_KINDS_H

#include "tree/node.h"
#include "vpc.h"

int commit_text(
	struct vpc *vpc, const struct op *op, const char *path, struct node_store *store);
int commit_remove_entry(struct vpc *vpc, const struct op *op, const char *path);
int commit_rename_entry(
	struct vpc *vpc, const struct op *op, const char *path, const char *new_name);
/* name as the API has it. */
int commit_rename_vpc(struct vpc *vpc, const struct op *op, const char *name);

#endif
