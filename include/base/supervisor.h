/* SPDX-License-Identifier: MIT */
/* Tells the one who started the program how it goes: the protocol of sd_notify(3). */
#ifndef BASE_SUPERVISOR_H
#define BASE_SUPERVISOR_H

#include <sys/socket.h>
#include <sys/un.h>

/* Caller's memory; zero-initialised: nobody is told. */
struct supervisor {
	struct sockaddr_un address;
	socklen_t len;
};

/* Takes $NOTIFY_SOCKET out of the environment, so that no child speaks for this process. */
void supervisor_take_environment(struct supervisor *ret);
/* "READY=1\nSTATUS=..."; a line feed separates. Does not block, and fails silently. Any thread. */
void supervisor_tell(const struct supervisor *supervisor, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
