/* SPDX-License-Identifier: MIT */
/* What is at a mountpoint before the mount. */
#ifndef FS_MOUNTPOINT_H
#define FS_MOUNTPOINT_H

#include "base/err.h"

/* Makes sure that the absolute path can be mounted on: a directory where no vpcfs lives, or
 * /dev/fd/N, a FUSE descriptor that somebody has mounted. A vpcfs there whose driver has ended
 * (ENOTCONN) is detached when it is this user's (user_id= in /proc/self/mountinfo). Whether one
 * lives is asked from a process apart, with a time limit: one that hangs lives.
 * Errors, with a sentence: -EBUSY (a vpcfs lives there), -ENOTCONN (a dead mount of somebody else,
 * or not of vpcfs), -ENOTDIR, -ENOENT, -EBADF and others. */
int mountpoint_prepare(const char *path, struct err *err);

#endif
