/* SPDX-License-Identifier: MIT */
/* The listening socket: loopback and nothing else. */
#ifndef EMULATOR_LISTEN_H
#define EMULATOR_LISTEN_H

#include "base/err.h"

#define LISTEN_URL_MAX 80

/* text: "HOST:PORT", NULL is 127.0.0.1:0. option: what the sentences call it. Errors: -EINVAL,
 * errno of the socket; with a sentence. */
int listen_open(const char *option, const char *text, int *ret_fd, char url[LISTEN_URL_MAX],
	struct err *err);

#endif
