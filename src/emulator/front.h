/* SPDX-License-Identifier: MIT */
/* gRPC over cleartext HTTP/2: nghttpx in front of the server, which it hands every request as
 * HTTP/1.1 and whose trailers it hands back. */
#ifndef EMULATOR_FRONT_H
#define EMULATOR_FRONT_H

#include "base/err.h"

struct front;

/* Starts nghttpx on this listening socket (taken, also on an error). own_url: where that socket
 * listens, server_url: what is behind it, both "http://HOST:PORT". It ends with the thread that
 * started it, however that ends. Blocks until it answers. Errors, with a sentence: -ENOENT (it is
 * not installed), -EIO (it ended at once), -ENOMEM, errno of the system. */
int front_start(int listen_fd, const char *own_url, const char *server_url,
	struct front **ret, struct err *err);
/* Ends it and waits for that. NULL is allowed. */
void front_stop(struct front *f);

#endif
