/* SPDX-License-Identifier: MIT */
/* The listening socket, on loopback only. */
#ifndef EMULATOR_LISTEN_H
#define EMULATOR_LISTEN_H

#include "base/err.h"

#define LISTEN_URL_MAX 80

/* text is "HOST:PORT", NULL stands for 127.0.0.1:0. Error sentences name the option. Errors, with a
 * sentence: -EINVAL, errno of the socket. */
int listen_open(const char *option, const char *text, int *ret_fd, char url[LISTEN_URL_MAX],
	struct err *err);

#endif
