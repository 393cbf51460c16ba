/* SPDX-License-Identifier: MIT */
/* One request and its answer: who asks, what goes wrong, what is done, when it is told. */
#include "exchange.h"

#include <poll.h>
#include <string.h>
#include "base/clock.h"

#define BEARER	       "Bearer "
#define POLL_MS_MAX    60000
#define AUTH_CHALLENGE "Bearer realm=\"vpcfs-emulator\", error=\"invalid_token\""

static int client_fd(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		c ? MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD) : NULL;

	return info ? info->connect_fd : -1;
}

bool exchange_wait(struct server *s, struct MHD_Connection *client, uint64_t ms)
{
	uint64_t now = clock_mono_ms(), end = ms == EXCHANGE_FOREVER ? ms : now + ms;
	struct pollfd fds[] = {{.fd = s->stop_fd, .events = POLLIN},
		{.fd = client_fd(client), .events = POLLRDHUP}};

	for (; now < end; now = clock_mono_ms()) {
		uint64_t left = end - now < POLL_MS_MAX ? end - now : POLL_MS_MAX;

		if (poll(fds, 2, (int)left) > 0)
			return false;
	}
	return true;
}

static bool is_authorized(const struct server *s, struct MHD_Connection *c)
{
	const char *value = MHD_lookup_connection_value(
		c, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
	struct secret given CLEANUP_SECRET = {0};

	if (!value || strncasecmp(value, BEARER, strlen(BEARER)) != 0)
		return false;
	value += strlen(BEARER);
	value += strspn(value, " ");
	if (!*value || !s->parts.token->bytes)
		return *value != '\0';
	return secret_set(&given, value, strlen(value)) == 0 &&
	       secret_equal(&given, s->parts.token);
}

static struct answer unauthorized(void)
{
	struct answer a = answer_problem_take(
		RPC_UNAUTHENTICATED, NULL, "missing or invalid access token");

	a.challenge = AUTH_CHALLENGE;
	return a;
}

static struct answer not_a_call(const struct route *route)
{
	struct answer a;

	if (route->kind == ROUTE_NOT_FOUND)
		return answer_problem_take(RPC_NOT_FOUND, NULL, "Not Found");
	a = answer_problem_take(RPC_UNIMPLEMENTED, NULL, "Method Not Allowed");
	a.status = 405;
	a.allow = route->allow;
	return a;
}

/* What the service says to it. */
static struct answer carry_out(struct server *s, const struct exchange *x,
	const json_t *body, const char *bad_body)
{
	struct service_call call = {
		.kind = x->route.kind,
		.id = x->route.id,
		.body = body,
		.bad_body = bad_body,
		.silent = x->fault.action == FAULT_SILENT,
		.lag_ms = x->fault.action == FAULT_STALE ? (unsigned)x->fault.number : 0,
	};

	if (x->route.kind >= ROUTE_CALLS)
		return not_a_call(&x->route);
	if (x->dropped)
		return answer_plain(413, "text/plain", "request body larger than 1 MiB\n");
	return service_answer(s->parts.service, &call);
}

/* The answer that stands in for that of the service, where the fault has one. */
static bool replacement(
	const struct server *s, const struct exchange *x, struct answer *ret)
{
	const struct fault *f = &x->fault;
	bool list = x->route.kind == ROUTE_LIST;

	switch (f->action) {
	case FAULT_STATUS:
		*ret = answer_shaped(f->shape, f->status, f->code, f->text, f->quota);
		ret->has_retry_after = f->has_retry_after;
		ret->retry_after = f->retry_after;
		return true;
	case FAULT_GARBAGE:
		*ret = answer_plain(200, NULL, "\x01\xff{{{ this is not JSON \x80]]");
		return true;
	case FAULT_WRONGTYPE:
		*ret = answer_plain(200, NULL,
			list				       ? "{\"items\":\"none\"}"
			: s->parts.service->profile->enveloped ? "{\"vpc\":[1,\"x\",null]}"
							       : "[1,\"x\",null]");
		return true;
	case FAULT_REDIRECT:
		*ret = answer_plain(302, "text/html", "<a href=\"/elsewhere\">Found</a>\n");
		ret->location = f->text[0] ? f->text : "/elsewhere";
		return true;
	case FAULT_BODY:
		*ret = answer_plain(200, NULL, f->text);
		return true;
	case FAULT_EMPTY:
	case FAULT_HUGE: /* its body is made while it is sent */
		*ret = (struct answer){.status = 200};
		return true;
	default:
		return false;
	}
}

/* Returns false when there is nothing to send. */
static bool perform(struct server *s, struct exchange *x, struct MHD_Connection *c,
	const json_t *body, const char *bad_body, struct answer *ret)
{
	const struct fault *f = &x->fault;
	struct answer other;

	if (f->action == FAULT_DELAY && !f->carried_out &&
		!exchange_wait(s, NULL, f->number))
		return false;
	if (f->carried_out || f->action == FAULT_NONE || f->action == FAULT_DELAY)
		*ret = carry_out(s, x, body, bad_body);
	if (f->action == FAULT_RESET)
		return false;
	if (f->action == FAULT_HANG) {
		exchange_wait(s, c, EXCHANGE_FOREVER);
		return false;
	}
	if (replacement(s, x, &other)) {
		answer_release(ret);
		*ret = other;
	}
	if (f->action == FAULT_DELAY && f->carried_out &&
		!exchange_wait(s, NULL, f->number))
		return false;
	return exchange_wait(s, NULL, s->parts.latency_ms);
}

static void parse_body(const struct exchange *x, json_t **ret, json_error_t *why)
{
	why->text[0] = '\0';
	*ret = NULL;
	if (x->body.len && !x->dropped &&
		(x->route.kind == ROUTE_CREATE || x->route.kind == ROUTE_PATCH))
		*ret = json_loadb(x->body.data, x->body.len,
			JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, why);
}

static enum MHD_Result call_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path)
{
	json_auto_t *body = NULL;
	struct answer answer = {0};
	json_error_t why;
	bool send = true;

	parse_body(x, &body, &why);
	x->number = requests_begin(s->parts.requests, method, path,
		json_string_value(json_object_get(body, "updateMask")), &x->body);
	if (is_authorized(s, c)) {
		faults_pick(s->parts.faults, x->route.kind, path, &x->fault);
		send = perform(s, x, c, body, why.text[0] ? why.text : NULL, &answer);
	} else {
		answer = unauthorized();
	}
	if (send)
		represent(c, &x->fault, &answer);
	requests_end(s->parts.requests, x->number, send ? answer.status : 0);
	if (!send) {
		answer_release(&answer);
		answer = (struct answer){0};
	}
	return delivery_send_take(s, c, answer, &x->fault);
}

enum MHD_Result exchange_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path)
{
	static const struct fault none = {.action = FAULT_NONE};

	route_find(method, path, &x->route);
	if (x->route.control)
		return delivery_send_take(s, c,
			x->route.kind < ROUTE_NOT_FOUND ? control_answer(s, x, method)
							: not_a_call(&x->route),
			&none);
	return call_answer(s, x, c, method, path);
}
