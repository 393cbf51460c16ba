/* SPDX-License-Identifier: MIT */
/* Files of /proc/ID, and pending signals. */
#include "base/process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "base/file.h"

#define STATUS_MAX  65536
#define BIT(signal) (UINT64_C(1) << ((signal)-1))

/* A set of signals in the text of /proc/TID/status; empty if the line is missing. */
static uint64_t signals_of(const char *status, const char *line)
{
	const char *at = strstr(status, line);
	uint64_t set = 0;

	if (at)
		sscanf(at + strlen(line), "%" SCNx64, &set);
	return set;
}

int process_read(pid_t id, const char *name, struct buf *ret)
{
	char path[64];

	if (id <= 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)id, name);
	return file_read(path, ret);
}

bool process_has_termination_signal(pid_t tid)
{
	/* What a person or a supervisor sends to end a program, even one that handles it. */
	static const uint64_t asks =
		BIT(SIGKILL) | BIT(SIGINT) | BIT(SIGTERM) | BIT(SIGQUIT) | BIT(SIGHUP);
	/* What does not end a program that does not handle it (signal(7)). */
	static const uint64_t harmless = BIT(SIGCHLD) | BIT(SIGURG) | BIT(SIGWINCH) |
					 BIT(SIGCONT) | BIT(SIGSTOP) | BIT(SIGTSTP) |
					 BIT(SIGTTIN) | BIT(SIGTTOU);
	CLEANUP_BUF struct buf status = BUF_INIT(STATUS_MAX);
	const char *text;
	uint64_t pending;

	if (process_read(tid, "status", &status) < 0)
		return true;
	text = buf_str(&status);
	pending = (signals_of(text, "\nSigPnd:") | signals_of(text, "\nShdPnd:")) &
		  ~signals_of(text, "\nSigBlk:");
	return pending & (asks | ~(harmless | signals_of(text, "\nSigCgt:")));
}
