/* SPDX-License-Identifier: MIT */
/* One request and its answer: who asks, what goes wrong, what is done, when it is told. */
#include "exchange.h"

#include <string.h>
#include "base/clock.h"

static struct answer no_control(const struct route *route)
{
	struct answer a;

	if (route->kind == ROUTE_NOT_FOUND)
		return answer_problem_take(RPC_NOT_FOUND, NULL, "Not Found");
	a = answer_problem_take(RPC_UNIMPLEMENTED, NULL, "Method Not Allowed");
	a.status = 405;
	a.allow = route->allow;
	return a;
}

static const char *mask_of(const struct exchange *x)
{
	const json_t *mask = json_object_get(x->json, "updateMask");

	return json_string_value(mask ? mask : json_object_get(x->json, "update_mask"));
}

/* What the gateway or the service says to it. */
static struct answer carry_out(
	struct server *s, const struct exchange *x, struct MHD_Connection *c)
{
	json_auto_t *request = NULL;
	const struct history_cause cause = {.request = x->number,
		.received_us = x->received_us,
		.method = x->method,
		.mask = mask_of(x),
		.body = x->json};
	struct service_call call = {
		.cause = &cause,
		.kind = x->route.kind,
		.id = x->route.id,
		.silent = x->fault.action == FAULT_SILENT,
		.lag_ms = x->fault.action == FAULT_STALE ? (unsigned)x->fault.number : 0,
	};
	struct answer a;

	if (!gateway_admit(s, x, c, &request, &a))
		return a;
	call.request = request;
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

/* What makes a request wait, before or after it is carried out. Returns false when it is to end
 * without an answer. */
static bool linger(struct server *s, const struct exchange *x)
{
	const struct hold_ticket ticket = {.number = x->number,
		.kind = x->route.kind,
		.path = x->path,
		.generation = x->fault.generation};

	if (x->fault.action == FAULT_DELAY)
		return delivery_wait(s, NULL, x->fault.number);
	if (x->fault.action == FAULT_HOLD)
		return holds_wait(s->parts.holds, &ticket);
	return true;
}

static bool takes_its_place(const struct fault *f)
{
	return f->action != FAULT_NONE && f->action != FAULT_DELAY &&
	       f->action != FAULT_HOLD;
}

/* Returns false when there is nothing to send. */
static bool perform(
	struct server *s, struct exchange *x, struct MHD_Connection *c, struct answer *ret)
{
	const struct fault *f = &x->fault;
	struct answer other;

	if (!f->carried_out && !linger(s, x))
		return false;
	if (f->carried_out || !takes_its_place(f))
		*ret = carry_out(s, x, c);
	if (f->action == FAULT_RESET)
		return false;
	if (f->action == FAULT_HANG) {
		delivery_wait(s, c, DELIVERY_FOREVER);
		return false;
	}
	if (replacement(s, x, &other)) {
		answer_release(ret);
		*ret = other;
	}
	if (f->carried_out && !linger(s, x))
		return false;
	return delivery_wait(s, NULL, s->parts.latency_ms);
}

static enum MHD_Result call_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path)
{
	struct answer answer = {0};
	bool send = true;

	x->method = method;
	x->path = path;
	x->received_us = clock_mono_us();
	gateway_parse(x);
	x->number = requests_begin(
		s->parts.requests, x->received_us, method, path, mask_of(x), &x->body);
	if (guard_has_token(s, c)) {
		faults_pick(s->parts.faults, x->route.kind, path, &x->fault);
		send = perform(s, x, c, &answer);
	} else {
		answer = guard_unauthorized();
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

static enum MHD_Result control(struct server *s, const struct exchange *x,
	struct MHD_Connection *c, const char *method)
{
	static const struct fault none = {.action = FAULT_NONE};
	struct answer a = {0};

	if (guard_control(s, c, &a))
		a = x->route.kind < ROUTE_NOT_FOUND ? control_answer(s, x, c, method)
						    : no_control(&x->route);
	return delivery_send_take(s, c, a, &none);
}

enum MHD_Result exchange_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path)
{
	route_find(method, path, &x->route);
	return x->route.control ? control(s, x, c, method)
				: call_answer(s, x, c, method, path);
}
