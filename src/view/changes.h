/* SPDX-License-Identifier: MIT */
/* The changes that can be made. Each returns 0 when an answer of the API has confirmed the change,
 * and otherwise reports why it was not made and returns -errno. Each blocks until op->deadline_ms.
 * path is relative to the VPC. */
#ifndef VIEW_CHANGES_H
#define VIEW_CHANGES_H

#include "mount.h"
#include "tree/node.h"

int commit_text(
	struct vpc *vpc, const struct op *op, const char *path, struct node_store *store);
int commit_remove_entry(struct vpc *vpc, const struct op *op, const char *path);
int commit_rename_entry(
	struct vpc *vpc, const struct op *op, const char *path, const char *new_name);
/* name is the name in the API, not the file name. */
int commit_rename_vpc(struct vpc *vpc, const struct op *op, const char *name);
/* Creates a VPC. file is its name in the mount. draft holds its files; if NULL, the VPC has the
 * defaults of the zone. *ret is NULL after a dry run, else the new VPC, a reference that the caller
 * owns. */
int vpc_create(struct view *view, const struct op *op, const char *file,
	const struct node_draft *draft, struct vpc **ret);
/* Deletes the VPC; refuses that if has_scratch. */
int vpc_delete(struct vpc *vpc, const struct op *op, bool has_scratch);

#endif
