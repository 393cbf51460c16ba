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
	/* static; NULL for a control endpoint */
	const struct door *door;
	struct buf body;
	/* bytes past the body's maximum */
	size_t dropped;
	enum codec codec;
	/* static; the content type of a gRPC request and of its answer */
	const char *type;
	/* owned; the service's input (message.h), NULL if the call has no request message */
	json_t *request;
	/* owned; the body as JSON, for /emulator/requests; NULL if it has no JSON form */
	json_t *shown;
	/* owned; set by the door: status 0 passes the request on to the service */
	struct answer refusal;
	struct fault fault;
	uint64_t number; /* from requests_begin */
	uint64_t received_us;
	const char *method, *path; /* borrowed from the HTTP library */
	/* the path that the call has in REST; the path parts of rules are compared with it */
	char place[ROUTE_PLACE_MAX];
};

struct server {
	struct server_parts parts;
	struct MHD_Daemon *daemon; /* owned */
	int stop_fd;		   /* owned eventfd: readable once server_stop was called */
};

/* Carries out a completely received request, applies its fault and queues the answer. */
enum MHD_Result exchange_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path);

/* Chooses the form in which this client gets the written answer: 304, gzip or as it is. Call it
 * once, before requests_end records the status. */
void represent(struct MHD_Connection *c, const struct fault *fault, struct answer *a);

/* Waits ms milliseconds and returns true. Returns false as soon as the server stops or, unless
 * client is NULL, the client has disconnected. */
bool delivery_wait(struct server *s, struct MHD_Connection *client, uint64_t ms);
#define DELIVERY_FOREVER UINT64_MAX

/* Whether the fault changes how the bytes of the body arrive. */
bool delivery_is_streamed(const struct fault *fault);
/* Queues the answer as the fault wants it sent. Takes the answer. */
enum MHD_Result delivery_send_take(struct server *s, struct MHD_Connection *c,
	struct answer a, const struct fault *fault);

/* Whether the request has the token; and the answer if it has not. */
bool guard_has_token(const struct server *s, struct MHD_Connection *c);
struct answer guard_unauthorized(void);
/* Whether a request for a control endpoint has the token, names this server as its Host and does
 * not come from a foreign web page; else *ret is the refusal. */
bool guard_control(const struct server *s, struct MHD_Connection *c, struct answer *ret);

/* The control endpoints, below /emulator/. */
struct answer control_answer(struct server *s, const struct exchange *x,
	struct MHD_Connection *c, const char *method);

#endif
