/* SPDX-License-Identifier: MIT */
/* The state of a mount as another process can see it: `vpcfs --status`. */
#ifndef STATUS_STATUS_H
#define STATUS_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"

/* Adds a text, or a JSON object, to ret: whether the mount reaches the API, and if not, why; since
 * when; how many VPCs it has; the paths of the texts in .vpcfs/rejected. Only reads files of the
 * mount. One of them is .vpcfs/by-id, for which the mount asks the API if its last answer is older
 * than its ttl. Blocks for at most timeout_ms, whatever the mount and its server do. *ret_reachable
 * becomes the exit status. Errors: -ENOMEM, -EFBIG. */
int status_show(const char *mountpoint, bool json, uint64_t timeout_ms, struct buf *ret,
	bool *ret_reachable);

#endif
