/* SPDX-License-Identifier: MIT */
/* A VPC is created. Both report their own failures; file is the name in the mount. *ret: the
 * caller's reference of the new VPC, NULL in a dry run. */
#ifndef VIEW_CREATE_H
#define VIEW_CREATE_H

#include "mount.h"
#include "tree/node.h"

int vpc_create(struct view *view, const struct op *op, const char *file, struct vpc **ret);
int vpc_publish(struct view *view, const struct op *op, const char *file,
	const struct node_draft *draft, struct vpc **ret);

#endif
