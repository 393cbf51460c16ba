/* SPDX-License-Identifier: MIT */
/* Reports the program's state to the supervisor that started it, by the protocol of sd_notify(3).
 */
#ifndef BASE_SUPERVISOR_H
#define BASE_SUPERVISOR_H

#include <sys/socket.h>
#include <sys/un.h>

/* Caller's memory; zero-initialised there is no supervisor. */
struct supervisor {
	struct sockaddr_un address;
	socklen_t len;
};

/* Reads $NOTIFY_SOCKET and removes it from the environment, so that no child can report in this
 * process's name. */
void supervisor_take_environment(struct supervisor *ret);
/* Sends assignments separated by newlines, such as "READY=1\nSTATUS=...". Does not block, and fails
 * silently. May be called from any thread. */
void supervisor_tell(const struct supervisor *supervisor, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
