/* SPDX-License-Identifier: MIT */
/* HTTP: receives requests on loopback, and sends answers the way the faults ask for. */
#ifndef EMULATOR_SERVER_H
#define EMULATOR_SERVER_H

#include "base/err.h"
#include "base/secret.h"
#include "fault.h"
#include "hold.h"
#include "requests.h"
#include "service.h"

#define SERVER_BODY_MAX ((size_t)1 << 20)

/* The parts that a server works with; all pointers are borrowed until server_stop. */
struct server_parts {
	struct service *service;
	struct faults *faults;
	struct holds *holds;
	struct requests *requests;
	const struct secret *token; /* empty: every non-empty Bearer token is accepted */
	const char *url;	    /* "http://HOST:PORT" of the listening socket */
	unsigned latency_ms;
};

struct server;

/* Serves this listening socket (taken, also on an error) in threads of its own, which block all
 * signals. Errors: -ENOMEM, errno of the system. */
int server_start(int listen_fd, const struct server_parts *parts, struct server **ret,
	struct err *err);
/* Aborts every answer in flight, waits for the threads and frees. NULL is allowed. */
void server_stop(struct server *s);

#endif
