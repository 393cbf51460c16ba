/* SPDX-License-Identifier: MIT */
/* One request and its answer: checks the token, applies the fault, calls the service, sends. */
#include "exchange.h"

#include <string.h>
#include "base/clock.h"
#include "door.h"
#include "proto/method.h"

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
	const json_t *mask = json_object_get(x->shown, "updateMask");

	return json_string_value(mask ? mask : json_object_get(x->shown, "update_mask"));
}

static const char *call_of(const struct exchange *x)
{
	const struct method *method = route_method(x->route.kind);

	return method ? method->name : NULL;
}

/* The door's refusal, or the service's answer. */
static struct answer carry_out(struct server *s, struct exchange *x)
{
	const struct history_cause cause = {.request = x->number,
		.received_us = x->received_us,
		.protocol = x->door->name,
		.call = call_of(x),
		.method = x->method,
		.mask = mask_of(x),
		.body = x->shown};
	const struct service_call call = {
		.cause = &cause,
		.kind = x->route.kind,
		.id = x->route.id,
		.request = x->request,
		.silent = x->fault.action == FAULT_SILENT,
		.lag_ms = x->fault.action == FAULT_STALE ? (unsigned)x->fault.number : 0,
	};
	struct answer refusal = x->refusal;

	if (!refusal.status)
		return service_answer(s->parts.service, &call);
	x->refusal = (struct answer){.status = 0};
	return refusal;
}

static struct answer bytes_answer(const char *bytes)
{
	struct answer a = answer_plain(200, NULL, bytes);

	a.kind = ANSWER_BYTES;
	return a;
}

/* A message whose only field has the wrong type. */
static struct answer wrong_type(const struct server *s, const struct exchange *x)
{
	bool is_list = x->route.kind == ROUTE_LIST;
	bool is_bare = x->door == &door_rest && !s->parts.service->profile->enveloped;

	if (x->codec == CODEC_PROTO)
		return bytes_answer(
			"\x0a\x01\xff"); /* field 1 is one byte, not a message */
	return bytes_answer(is_list   ? "{\"items\":\"none\"}"
			    : is_bare ? "[1,\"x\",null]"
				      : "{\"vpc\":[1,\"x\",null]}");
}

/* The answer that replaces the service's own. Returns false if the fault has none. */
static bool replacement(
	const struct server *s, const struct exchange *x, struct answer *ret)
{
	const struct fault *f = &x->fault;

	switch (f->action) {
	case FAULT_STATUS:
		*ret = answer_shaped(f->shape, f->status, f->code, f->text, f->quota);
		ret->has_retry_after = f->has_retry_after;
		ret->retry_after = f->retry_after;
		return true;
	case FAULT_GARBAGE:
		*ret = bytes_answer("\x01\xff{{{ this is not JSON \x80]]");
		return true;
	case FAULT_WRONGTYPE:
		*ret = wrong_type(s, x);
		return true;
	case FAULT_REDIRECT:
		*ret = answer_plain(302, "text/html", "<a href=\"/elsewhere\">Found</a>\n");
		ret->location = f->text[0] ? f->text : "/elsewhere";
		return true;
	case FAULT_BODY:
		*ret = bytes_answer(f->text);
		return true;
	case FAULT_HUGE: /* its body is generated while it is sent */
		*ret = bytes_answer("");
		return true;
	case FAULT_EMPTY:
		*ret = (struct answer){.kind = ANSWER_BYTES, .status = 200};
		return true;
	default:
		return false;
	}
}

/* Delays or holds a request, before or after it is carried out. Returns false if the request shall
 * end without an answer. */
static bool linger(struct server *s, const struct exchange *x)
{
	const struct hold_ticket ticket = {.number = x->number,
		.kind = x->route.kind,
		.path = x->place,
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

/* Returns false if the connection shall close without an answer. */
static bool perform(
	struct server *s, struct exchange *x, struct MHD_Connection *c, struct answer *ret)
{
	const struct fault *f = &x->fault;
	struct answer other;

	if (!f->carried_out && !linger(s, x))
		return false;
	if (f->carried_out || !takes_its_place(f))
		*ret = carry_out(s, x);
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

/* Reads the request and records it. */
static void receive(struct server *s, struct exchange *x, struct MHD_Connection *c)
{
	struct requests_note note = {.received_us = clock_mono_us(),
		.method = x->method,
		.path = x->path,
		.body = &x->body};

	x->received_us = note.received_us;
	x->door = door_of(&x->route, c);
	x->door->read(s, x, c);
	route_place(&x->route, x->path, x->place);
	note.protocol = x->door->name;
	note.codec = x->codec == CODEC_PROTO ? "proto" : "json";
	note.call = call_of(x);
	note.mask = mask_of(x);
	note.json = x->shown;
	x->number = requests_begin(s->parts.requests, &note);
}

static enum MHD_Result call_answer(
	struct server *s, struct exchange *x, struct MHD_Connection *c)
{
	struct answer answer = {.status = 0};
	bool send = true;

	receive(s, x, c);
	if (guard_has_token(s, c)) {
		faults_pick(s->parts.faults, x->route.kind, x->place, &x->fault);
		send = perform(s, x, c, &answer);
	} else {
		answer = guard_unauthorized();
	}
	if (send) {
		x->door->write(s, x, &answer);
		represent(c, &x->fault, &answer);
	}
	requests_end(s->parts.requests, x->number, send ? answer.status : 0);
	if (!send) {
		answer_release(&answer);
		answer = (struct answer){.status = 0};
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
	if (a.kind == ANSWER_PROBLEM)
		answer_write_problem(&a);
	return delivery_send_take(s, c, a, &none);
}

enum MHD_Result exchange_answer(struct server *s, struct exchange *x,
	struct MHD_Connection *c, const char *method, const char *path)
{
	x->method = method;
	x->path = path;
	route_find(method, path, &x->route);
	return x->route.control ? control(s, x, c, method) : call_answer(s, x, c);
}
