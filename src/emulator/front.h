/* SPDX-License-Identifier: MIT */
/* gRPC over cleartext HTTP/2: nghttpx stands in front of the server, passes every request on as
 * HTTP/1.1 and passes the trailers back. */
#ifndef EMULATOR_FRONT_H
#define EMULATOR_FRONT_H

#include "base/err.h"

struct front;

/* Starts nghttpx on this listening socket (taken, also on an error). own_url is the address of that
 * socket, server_url that of the server behind it, both "http://HOST:PORT". nghttpx ends when the
 * thread that started it ends, for whatever reason. Blocks until it answers. Errors, with a
 * sentence: -ENOENT (not installed), -EIO (it ended at once), -ENOMEM, errno of the system. */
int front_start(int listen_fd, const char *own_url, const char *server_url,
	struct front **ret, struct err *err);
/* Ends nghttpx and waits for its end. NULL is allowed. */
void front_stop(struct front *f);

#endif
