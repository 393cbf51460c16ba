/* SPDX-License-Identifier: MIT */
/* The caller: the process that makes a system call, identified by thread group and start time. The
 * start time distinguishes a process from an earlier one that had the same id. tree and view
 * identify callers at open, read, write, rename and mkdir. A caller in another PID namespace, or
 * one that /proc hides, is unknown and equals no other. */
#ifndef BASE_CALLER_H
#define BASE_CALLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct caller {
	pid_t tgid; /* thread group, 0 if unknown */
	/* Clock ticks since boot, field 22 of /proc/TGID/stat (proc(5)). */
	uint64_t start_time;
	bool known; /* both members above could be read */
};

/* The caller that the thread belongs to. tid is the thread of the request, 0 if the kernel cannot
 * name it. Reads /proc/TID/status and /proc/TGID/stat. Must not be used for a FLUSH: execve can
 * cause one, and reading stat would then wait for that FLUSH (fs/exec.c, exec_update_lock). */
void caller_of(pid_t tid, struct caller *ret);
/* Whether both are known and are the same process. */
bool caller_equal(const struct caller *a, const struct caller *b);
/* Whether a process with the caller's id exists. Also true if another process has the id by now;
 * caller_equal distinguishes the two. Does not block: it uses kill(2) with signal 0. */
bool caller_lives(const struct caller *caller);
/* Whether the thread belongs to the caller's process; false if that cannot be read. Reads only
 * /proc/TID/status, which never blocks, so it may be used for a FLUSH. */
bool caller_has_thread(const struct caller *caller, pid_t tid);

/* The process that the thread belongs to, 0 if unknown. Reads only /proc/TID/status. */
pid_t caller_process(pid_t tid);

/* Whether the thread has a pending signal that is meant to end it: SIGKILL, SIGINT, SIGTERM,
 * SIGQUIT or SIGHUP, even if the program handles it; or any other that it does not handle and that
 * ends a program by default. A thread that waits in the kernel keeps its signals pending, and the
 * kernel turns a fatal one into SIGKILL (kernel/signal.c, complete_signal). Also true if the status
 * cannot be read (a caller in another PID namespace): giving up is better than ignoring a signal.
 */
bool caller_has_termination_signal(pid_t tid);

#define CALLER_PROGRAM_MAX 64
/* The name of the program that the thread runs: its comm, or for busybox the applet that its
 * command line names ("cp"). "" if it cannot be read. Used to refuse programs that copy trees, and
 * in messages. */
void caller_program(pid_t tid, char ret[CALLER_PROGRAM_MAX]);

#endif
