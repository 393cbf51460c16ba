/* SPDX-License-Identifier: MIT */
/* One request and its answer, between the HTTP library and the service. */
#ifndef EMULATOR_EXCHANGE_H
#define EMULATOR_EXCHANGE_H

#include <microhttpd.h>
#include "server.h"

struct exchange {
	struct route route;
	struct buf body;
	size_t dropped;	  /* bytes past the body's maximum */
	json_t *json;	  /* owned; the body of a POST or PATCH, NULL when it is none */
	json_error_t why; /* it is not JSON */
	struct fault fault;
	uint64_t number; /* of requests_begin */
	uint64_t received_us;
	const char *method, *path; /* borrowed from the HTTP library */
};

struct server {
	struct server_parts parts;
	struct MHD_Daemon *daemon; /* owned */
	int stop_fd;		   /* owned eventfd: readable from server_stop on */
};

/* The whole request is here: does what it asks and what the faults ask, and queues the answer. */
enum MHD_Result exchange_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path);

/* Reads the body of a request that may have one. */
void gateway_parse(struct exchange *x);
/* Whether the gateway lets the request through to the service: *ret_request is then the decoded
 * message of a POST or PATCH, a new reference, else NULL. Where it does not, *ret is what it says
 * itself. */
bool gateway_admit(const struct server *s, const struct exchange *x,
	struct MHD_Connection *c, json_t **ret_request, struct answer *ret);

/* Chooses the form of a service's answer that this client takes; to be done once, before the answer
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
