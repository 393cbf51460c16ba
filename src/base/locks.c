/* SPDX-License-Identifier: MIT */
/* Who has locked what, as the kernel tells: lines "N: [->] KIND ADVISORY MODE PID MAJOR:MINOR:INODE START END". */
#include "base/locks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/file.h"

#define LOCKS_MAX (1 << 20) /* bytes */

bool locks_are_on(uint64_t ino)
{
	CLEANUP_BUF struct buf text = BUF_INIT(LOCKS_MAX);
	char inode[32];

	snprintf(inode, sizeof(inode), ":%" PRIu64 " ", ino);
	return file_read("/proc/locks", &text) == 0 && strstr(buf_str(&text), inode);
}
