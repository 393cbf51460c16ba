/* SPDX-License-Identifier: MIT */
/* Checks a mountpoint before the mount, and clears a dead mount from it. */
#ifndef FS_MOUNTPOINT_H
#define FS_MOUNTPOINT_H

#include <stdbool.h>
#include "base/err.h"

/* Makes sure that the absolute path can be mounted on. It must be a directory without a live vpcfs,
 * or /dev/fd/N, a FUSE descriptor that another program has mounted. A dead vpcfs there, one whose
 * driver has ended (ENOTCONN), is detached if it belongs to this user (user_id= in
 * /proc/self/mountinfo). A separate process with a time limit finds out whether a vpcfs is alive;
 * one that hangs counts as alive. Blocks for some seconds at most.
 * Errors, with a sentence: -EBUSY (a live vpcfs is there), -ENOTCONN (a dead mount of another user,
 * or not of vpcfs), -ENOTDIR, -ENOENT, -EBADF, and those of stat(2) and command_run. */
int mountpoint_prepare(const char *path, struct err *err);
/* Whether the path is /dev/fd/N. */
bool mountpoint_is_descriptor(const char *path);

#endif
