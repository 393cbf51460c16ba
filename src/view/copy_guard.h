/* SPDX-License-Identifier: MIT */
/* Programs that copy trees: they may not make directories in the root, and may not remove a VPC or
 * an entry of a list. */
#ifndef VIEW_COPY_GUARD_H
#define VIEW_COPY_GUARD_H

#include "base/op.h"

/* Whether the caller is a program that copies trees. If the caller cannot be seen, treat it as a
 * person. */
bool copy_guard_refuses(const struct op *op);
/* What `.error` says when rmdir is refused to them. Some of these programs (mv from another file
 * system, pax, cpio) remove a directory that is in the way of one that they copy, and expect
 * ENOTEMPTY if it is not empty. */
#define COPY_GUARD_RMDIR_TEXT                                                              \
	"a program that copies trees removes nothing here, since it may only want "        \
	"to make room for its copy: use rmdir"

#endif
