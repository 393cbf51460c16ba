/* SPDX-License-Identifier: MIT */
/* How a mount is, as another process can see it: `vpcfs --status`. */
#ifndef STATUS_STATUS_H
#define STATUS_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"

/* Adds a text for a person or a JSON object: whether the mount reaches the API, if not why, since
 * when, how many VPCs it has, the paths of the texts in .vpcfs/rejected. Reads files of the mount
 * only, .vpcfs/by-id among them, for which the mount asks the API when its last answer is older
 * than its ttl. Blocks for timeout_ms at most, whatever the mount and its server do.
 * *ret_reachable: the exit status. Errors: -ENOMEM, -EFBIG. */
int status_show(const char *mountpoint, bool json, uint64_t timeout_ms, struct buf *ret,
	bool *ret_reachable);

#endif
