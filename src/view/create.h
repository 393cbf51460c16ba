/* SPDX-License-Identifier: MIT */
/* Creating a VPC. */
#ifndef VIEW_CREATE_H
#define VIEW_CREATE_H

#include "mount.h"
#include "tree/node.h"

/* Creates a VPC. file is its name in the mount. draft holds its files; if NULL, the VPC has the
 * defaults of the zone. *ret is NULL after a dry run, else the new VPC, a reference that the caller
 * owns. Reports its own failure. Blocks until op->deadline_ms. Returns 0 or -errno. */
int vpc_create(struct view *view, const struct op *op, const char *file,
	const struct node_draft *draft, struct vpc **ret);

#endif
