/* SPDX-License-Identifier: MIT */
/* A VPC is deleted. */
#ifndef VIEW_DELETE_H
#define VIEW_DELETE_H

#include "base/op.h"
#include "vpc.h"

/* Reports its own failure. */
int vpc_delete(struct vpc *vpc, const struct op *op, bool has_scratch);

#endif
