/* SPDX-License-Identifier: MIT */
/* One request and its answer, between the HTTP library and the service. */
#ifndef EMULATOR_EXCHANGE_H
#define EMULATOR_EXCHANGE_H

#include <microhttpd.h>
#include "server.h"

struct exchange {
	struct route route;
	struct buf body;
	size_t dropped; /* bytes past the body's maximum */
	struct fault fault;
	uint64_t number; /* of requests_begin */
};

struct server {
	struct server_parts parts;
	struct MHD_Daemon *daemon; /* owned */
	int stop_fd;		   /* owned eventfd: readable from server_stop on */
};

/* Waits so long, but no longer than until the server stops (false), and, where the client is given, until it has gone
 * (false). */
bool exchange_wait(struct server *s, struct MHD_Connection *client, uint64_t ms);
#define EXCHANGE_FOREVER UINT64_MAX

/* The whole request is here: does what it asks and what the faults ask, and queues the answer. */
enum MHD_Result exchange_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path);

/* Chooses the form of a service's answer that this client takes; to be done once, before the answer is counted. */
void represent(struct MHD_Connection *c, const struct fault *fault, struct answer *a);

/* Whether the fault is about how the bytes of the body arrive. */
bool delivery_is_streamed(const struct fault *fault);
/* Queues the answer in the way of the fault. Takes the answer. */
enum MHD_Result delivery_send_take(struct server *s, struct MHD_Connection *c,
	struct answer a, const struct fault *fault);

/* The control endpoints, below /emulator/. */
struct answer control_answer(
	struct server *s, const struct exchange *x, const char *method);

#endif
