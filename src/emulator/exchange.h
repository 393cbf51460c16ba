/* SPDX-License-Identifier: MIT */
/* One request and its answer, between the HTTP library and the service. */
#ifndef EMULATOR_EXCHANGE_H
#define EMULATOR_EXCHANGE_H

#include <microhttpd.h>
#include "server.h"

struct door;

enum codec { CODEC_JSON, CODEC_PROTO };

struct exchange {
	struct route route;
	/* static; NULL of a control endpoint */
	const struct door *door;
	struct buf body;
	/* bytes past the body's maximum */
	size_t dropped;
	enum codec codec;
	/* static; the content type of gRPC, which answers have too */
	const char *type;
	/* owned; what the service reads (message.h), NULL where the call has no request */
	json_t *request;
	/* owned; the body as JSON, for those who ask what came; NULL when it is none */
	json_t *shown;
	/* owned; the door's: its status is 0 where the request goes on to the service */
	struct answer refusal;
	struct fault fault;
	uint64_t number; /* of requests_begin */
	uint64_t received_us;
	const char *method, *path; /* borrowed from the HTTP library */
	/* what the path parts of rules are compared with: the path that the call has in REST */
	char place[ROUTE_PLACE_MAX];
};

struct server {
	struct server_parts parts;
	struct MHD_Daemon *daemon; /* owned */
	int stop_fd;		   /* owned eventfd: readable from server_stop on */
};

/* The whole request is here: does what it asks and what the faults ask, and queues the answer. */
enum MHD_Result exchange_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path);

/* Chooses the form of a written answer that this client takes; to be done once, before the answer
 * is counted. */
void represent(struct MHD_Connection *c, const struct fault *fault, struct answer *a);

/* Waits so long, but no longer than until the server stops (false), and, where the client is given,
 * until it has gone (false). */
bool delivery_wait(struct server *s, struct MHD_Connection *client, uint64_t ms);
#define DELIVERY_FOREVER UINT64_MAX

/* Whether the fault is about how the bytes of the body arrive. */
bool delivery_is_streamed(const struct fault *fault);
/* Queues the answer in the way of the fault. Takes the answer. */
enum MHD_Result delivery_send_take(struct server *s, struct MHD_Connection *c,
	struct answer a, const struct fault *fault);

/* Whether the request has the token, and the answer where it has not. */
bool guard_has_token(const struct server *s, struct MHD_Connection *c);
struct answer guard_unauthorized(void);
/* Whether a request for a control endpoint has the token, names this server as its Host and comes
 * from no foreign web page; else *ret is the refusal. */
bool guard_control(const struct server *s, struct MHD_Connection *c, struct answer *ret);

/* The control endpoints, below /emulator/. */
struct answer control_answer(struct server *s, const struct exchange *x,
	struct MHD_Connection *c, const char *method);

#endif
