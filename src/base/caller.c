/* SPDX-License-Identifier: MIT */
/* Identifies callers by /proc, and reads their pending signals there. The kernel names the thread
 * of a request; the caller is the process of that thread, identified by its id and start time. */
#include "base/caller.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"

#define PROC_MAX	 65536 /* bytes of status, of stat and of a command line */
#define START_TIME_FIELD 22
#define BIT(signal)	 (UINT64_C(1) << ((signal)-1))

/* Appends /proc/ID/NAME of a thread or a process. Errors: -ESRCH if id is not positive, and those
 * of file_read. */
static int process_read(pid_t id, const char *name, struct buf *ret)
{
	char path[64];

	if (id <= 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)id, name);
	return file_read(path, ret);
}

pid_t caller_process(pid_t tid)
{
	CLEANUP_BUF struct buf status = BUF_INIT(PROC_MAX);
	const char *at;
	int tgid;

	if (process_read(tid, "status", &status) < 0)
		return 0;
	at = strstr(buf_str(&status), "\nTgid:");
	return at && sscanf(at, "\nTgid: %d", &tgid) == 1 && tgid > 0 ? tgid : 0;
}

/* A program chooses the name in parentheses, and may use blanks and parentheses in it. So the
 * fields are counted from the last parenthesis. */
static bool start_time_of(pid_t tgid, uint64_t *ret)
{
	CLEANUP_BUF struct buf stat = BUF_INIT(PROC_MAX);
	const char *at;
	char *end;

	if (process_read(tgid, "stat", &stat) < 0 || !(at = strrchr(buf_str(&stat), ')')))
		return false;
	for (int field = 2; field < START_TIME_FIELD && at; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return false;
	*ret = strtoull(at, &end, 10);
	return end != at;
}

void caller_of(pid_t tid, struct caller *ret)
{
	*ret = (struct caller){.tgid = caller_process(tid)};
	ret->known = ret->tgid && start_time_of(ret->tgid, &ret->start_time);
}

bool caller_equal(const struct caller *a, const struct caller *b)
{
	return a->known && b->known && a->tgid == b->tgid && a->start_time == b->start_time;
}

bool caller_lives(const struct caller *caller)
{
	return caller->tgid > 0 && (kill(caller->tgid, 0) == 0 || errno == EPERM);
}

bool caller_has_thread(const struct caller *caller, pid_t tid)
{
	return caller->tgid && caller_process(tid) == caller->tgid;
}

/* A set of signals in the text of /proc/TID/status; empty if the line is missing. */
static uint64_t signals_of(const char *status, const char *line)
{
	const char *at = strstr(status, line);
	uint64_t set = 0;

	if (at)
		sscanf(at + strlen(line), "%" SCNx64, &set);
	return set;
}

bool caller_has_termination_signal(pid_t tid)
{
	/* What a person or a supervisor sends to end a program, even one that handles it. */
	static const uint64_t asks =
		BIT(SIGKILL) | BIT(SIGINT) | BIT(SIGTERM) | BIT(SIGQUIT) | BIT(SIGHUP);
	/* What does not end a program that does not handle it (signal(7)). */
	static const uint64_t harmless = BIT(SIGCHLD) | BIT(SIGURG) | BIT(SIGWINCH) |
					 BIT(SIGCONT) | BIT(SIGSTOP) | BIT(SIGTSTP) |
					 BIT(SIGTTIN) | BIT(SIGTTOU);
	CLEANUP_BUF struct buf status = BUF_INIT(PROC_MAX);
	const char *text;
	uint64_t pending;

	if (process_read(tid, "status", &status) < 0)
		return true;
	text = buf_str(&status);
	pending = (signals_of(text, "\nSigPnd:") | signals_of(text, "\nShdPnd:")) &
		  ~signals_of(text, "\nSigBlk:");
	return pending & (asks | ~(harmless | signals_of(text, "\nSigCgt:")));
}

/* Where the last component begins in a path of len bytes. */
static size_t base_name(const char *path, size_t len)
{
	size_t at = len;

	while (at && path[at - 1] != '/')
		at--;
	return at;
}

/* The applet that a command line "busybox cp ..." or "cp ..." names. */
static void applet_of(pid_t tid, char ret[CALLER_PROGRAM_MAX])
{
	CLEANUP_BUF struct buf line = BUF_INIT(PROC_MAX);
	const char *arg, *end;
	size_t at;

	if (process_read(tid, "cmdline", &line) < 0)
		return;
	arg = buf_str(&line);
	end = arg + line.len;
	at = base_name(arg, strlen(arg));
	if (strcmp(arg + at, "busybox") == 0 && arg + strlen(arg) + 1 < end) {
		arg += strlen(arg) + 1;
		at = base_name(arg, strlen(arg));
	}
	if (arg[at])
		snprintf(ret, CALLER_PROGRAM_MAX, "%.*s", CALLER_PROGRAM_MAX - 1, arg + at);
}

void caller_program(pid_t tid, char ret[CALLER_PROGRAM_MAX])
{
	CLEANUP_BUF struct buf comm = BUF_INIT(PROC_MAX);

	ret[0] = '\0';
	if (process_read(tid, "comm", &comm) < 0)
		return;
	snprintf(ret, CALLER_PROGRAM_MAX, "%.*s", (int)strcspn(buf_str(&comm), "\n"),
		buf_str(&comm));
	/* comm is "exe" when a busybox shell runs itself again through /proc/self/exe. */
	if (strcmp(ret, "busybox") == 0 || strcmp(ret, "exe") == 0)
		applet_of(tid, ret);
}
