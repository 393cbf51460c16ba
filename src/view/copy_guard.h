/* SPDX-License-Identifier: MIT */
/* Programs that copy trees: they may not make directories in the root, and may not remove a VPC or
 * an entry of a list. */
#ifndef VIEW_COPY_GUARD_H
#define VIEW_COPY_GUARD_H

#include "base/op.h"

/* Whether the caller is a program that copies trees. If the caller cannot be seen, treat it as a
 * person. */
bool copy_guard_refuses(const struct op *op);

#endif
