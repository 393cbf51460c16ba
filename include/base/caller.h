/* SPDX-License-Identifier: MIT */
/* The process that makes a system call, as far as it can be told: thread group and start time,
 * so that a process id that is used again is not taken for the process that had it before.
 * Decided in one place, at open, read, write, rename and mkdir; a process of another pid
 * namespace, or one that /proc hides, is not known and equals nobody. */
#ifndef BASE_CALLER_H
#define BASE_CALLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct caller {
	pid_t tgid; /* thread group, 0 when not known */
	/* Clock ticks since boot, field 22 of /proc/TGID/stat (proc(5)). */
	uint64_t start_time;
	bool known; /* both could be read */
};

/* tid: the thread of the request, 0 when the kernel cannot name it. Reads /proc/TID/status and
 * /proc/TGID/stat. Not for a FLUSH: it can come from inside execve, and stat then waits for the
 * FLUSH itself (fs/exec.c, exec_update_lock). */
void caller_of(pid_t tid, struct caller *ret);
/* Both known, and the same process. */
bool caller_equal(const struct caller *a, const struct caller *b);
/* Whether a process of that id is there. True also when the id was given to another:
 * caller_equal tells those apart. Reads nothing that can block (kill(2) with signal 0). */
bool caller_lives(const struct caller *caller);
/* Whether the thread belongs to that process, by its status alone, which never blocks: for a
 * FLUSH. False when it cannot be read. */
bool caller_has_thread(const struct caller *caller, pid_t tid);

/* The process that the thread is of, 0 when it is not known. By its status alone. */
pid_t caller_process(pid_t tid);

#define CALLER_PROGRAM_MAX 64
/* The name of the program that the thread runs: comm, and for busybox the applet that its
 * command line names ("cp"). "" when it cannot be read. For the refusal of programs that
 * copy trees, and for messages. */
void caller_program(pid_t tid, char ret[CALLER_PROGRAM_MAX]);

#endif
