/* SPDX-License-Identifier: MIT */
/* Deleting a VPC. */
#ifndef VIEW_DELETE_H
#define VIEW_DELETE_H

#include "base/op.h"
#include "vpc.h"

/* Deletes the VPC; refuses that if has_scratch. Reports its own failure. Blocks until
 * op->deadline_ms. Returns 0 or -errno. */
int vpc_delete(struct vpc *vpc, const struct op *op, bool has_scratch);

#endif
