/* SPDX-License-Identifier: MIT */
/* Makes the body of a POST from the files of a draft. */
#ifndef VIEW_PUBLISH_H
#define VIEW_PUBLISH_H

#include "base/err.h"
#include "tree/node.h"

/* Adds the body of the POST to ret. name is that of the VPC, zone the mount's option or NULL.
 * Errors, with a sentence: those of draft_read, -ENOMEM. */
int publish_read(const struct node_draft *draft, const char *name, const char *zone,
	struct buf *ret, struct err *err);

#endif
