/* SPDX-License-Identifier: MIT */
/* A VPC is created. */
#ifndef VIEW_CREATE_H
#define VIEW_CREATE_H

#include "mount.h"
#include "tree/node.h"

/* file is the name in the mount; draft NULL: with the defaults of the zone. *ret is the caller's
 * reference of the new VPC, NULL in a dry run. Reports its own failure. */
int vpc_create(struct view *view, const struct op *op, const char *file,
	const struct node_draft *draft, struct vpc **ret);

#endif
