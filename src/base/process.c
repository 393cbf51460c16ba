/* SPDX-License-Identifier: MIT */
/* Who a thread belongs to. */
#include "base/process.h"

#include <stdio.h>
#include <string.h>
#include "base/file.h"

#define STATUS_MAX 65536

pid_t process_of_thread(pid_t tid)
{
	CLEANUP_BUF struct buf status = BUF_INIT(STATUS_MAX);
	char path[64];
	const char *at;
	int tgid;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (tid <= 0 || file_read(path, &status) < 0)
		return tid;
	at = strstr(buf_str(&status), "\nTgid:");
	return at && sscanf(at, "\nTgid: %d", &tgid) == 1 && tgid > 0 ? tgid : tid;
}

bool process_is_named(pid_t tid, const char *name)
{
	CLEANUP_BUF struct buf comm = BUF_INIT(STATUS_MAX);
	char path[64];
	size_t len = strlen(name);

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)tid);
	if (tid <= 0 || file_read(path, &comm) < 0)
		return false;
	return comm.len == len + 1 && memcmp(buf_str(&comm), name, len) == 0;
}
