/* SPDX-License-Identifier: MIT */
/* Which programs may make no directory in the root, and remove neither a VPC nor a prefix. */
#ifndef VIEW_COPY_GUARD_H
#define VIEW_COPY_GUARD_H

#include "base/op.h"

/* Whether the caller copies trees. A caller that cannot be seen is taken for a person's mkdir. */
bool copy_guard_refuses(const struct op *op);
/* Some of them remove a directory that is in the way of one that they copy: mv from another file
 * system, pax and cpio do, and expect ENOTEMPTY where it is not empty. */
#define COPY_GUARD_RMDIR_TEXT                                                              \
	"a program that copies trees may only want to make room for its copy: it removes " \
	"nothing here, rmdir alone does"

#endif
