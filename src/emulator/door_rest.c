/* SPDX-License-Identifier: MIT */
/* REST: how the gateway in front of the service translates a request, and what it refuses itself
 * (the published schema). */
#include "door.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "message.h"
#include "proto/method.h"

#define JSON_TYPE	 "application/json"
#define CONNECT_HEADER	 "Connect-Protocol-Version"
#define GATEWAY_KEY_MAX	 256
#define GATEWAY_TEXT_MAX 1024

/* A gateway that shows defaults labels its own errors as protobuf, although they are JSON. */
static struct answer own_error(const struct server *s, const char *text)
{
	struct answer a = answer_problem_take(RPC_UNKNOWN, NULL, "%s", text);

	if (!s->parts.service->profile->omit_defaults)
		a.type = "application/proto";
	return a;
}

static bool is_json_type(const char *type)
{
	size_t len = strlen(JSON_TYPE);

	return strncasecmp(type, JSON_TYPE, len) == 0 &&
	       (!type[len] || type[len] == ';' || type[len] == ' ');
}

/* Refusals that are not even JSON. */
static bool is_foreign(struct exchange *x, struct MHD_Connection *c, struct answer *ret)
{
	const char *type = door_header(c, MHD_HTTP_HEADER_CONTENT_TYPE);
	const char *connect = door_header(c, CONNECT_HEADER);

	if (connect && strcmp(connect, "1") == 0) {
		*ret = answer_plain(404, DOOR_PLAIN_TYPE, "Not Found\n");
		return true;
	}
	if (!door_has_call(x))
		return true;
	if (type && !is_json_type(type)) {
		*ret = answer_plain(415, DOOR_PLAIN_TYPE, "Unsupported Media Type\n");
		return true;
	}
	if (x->dropped) {
		*ret = answer_plain(
			413, DOOR_PLAIN_TYPE, "request body larger than 1 MiB\n");
		return true;
	}
	return false;
}

struct query {
	bool takes_id; /* the request's message has a field id; the path overrides it */
	bool is_bad;
	char key[GATEWAY_KEY_MAX];
};

static enum MHD_Result on_query(
	void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct query *q = arg;

	if (!key || !*key || (q->takes_id && strcmp(key, "id") == 0))
		return MHD_YES;
	q->is_bad = true;
	strncat(q->key, key, sizeof(q->key) - 1);
	return MHD_NO;
}

static bool has_bad_query(const struct server *s, const struct exchange *x,
	struct MHD_Connection *c, struct answer *ret)
{
	struct query q = {
		.takes_id = x->route.kind == ROUTE_GET || x->route.kind == ROUTE_DELETE};
	char text[GATEWAY_KEY_MAX + 64];

	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, on_query, &q);
	if (!q.is_bad)
		return false;
	snprintf(text, sizeof(text), "unknown field in field path \"%s\"", q.key);
	*ret = own_error(s, text);
	return true;
}

/* In the dialect without defaults the service itself decodes the body of a POST. */
static struct answer undecodable(
	const struct server *s, const struct exchange *x, const char *why)
{
	char text[GATEWAY_TEXT_MAX];

	if (s->parts.service->profile->omit_defaults && x->route.kind == ROUTE_CREATE)
		return rpc_unreadable(x->route.kind, why);
	snprintf(text, sizeof(text), "proto: %.*s", (int)(sizeof(text) - sizeof("proto: ")),
		why);
	return own_error(s, text);
}

/* The published reference lets a PATCH hold every field of a POST. */
static int add_fields_of_create(const json_t *body, json_t *request, struct err *err)
{
	json_auto_t *more = NULL;
	int r = message_from_json(method_of(METHOD_CREATE_VPC)->request, body, &more, err);

	if (r == 0 && json_object_update_missing(request, more) < 0)
		r = -ENOMEM;
	return r;
}

static int decode(const struct profile *p, struct exchange *x, struct err *err)
{
	json_auto_t *empty = json_object();
	const json_t *body = x->shown ? x->shown : empty;
	int r = message_from_json(
		route_method(x->route.kind)->request, body, &x->request, err);

	if (r == 0 && x->route.kind == ROUTE_PATCH && p->patches_all)
		r = add_fields_of_create(body, x->request, err);
	return r;
}

static void read_body(const struct server *s, struct exchange *x)
{
	const struct profile *p = s->parts.service->profile;
	struct err err = {""};
	json_error_t why;

	if (!x->body.len && x->route.kind == ROUTE_CREATE && p->omit_defaults) {
		x->refusal = answer_problem_take(
			RPC_INVALID_ARGUMENT, NULL, "%s", RPC_EMPTY_IS_NO_JSON);
		return;
	}
	x->shown = x->body.len ? door_json(x->body.data, x->body.len, &why) : NULL;
	if (x->body.len && !x->shown)
		err_set(&err, EINVAL, "syntax error: %s", why.text);
	else if (decode(p, x, &err) == 0)
		return;
	x->refusal = undecodable(s, x, err.text);
}

static void rest_read(const struct server *s, struct exchange *x, struct MHD_Connection *c)
{
	char text[128];

	if (is_foreign(x, c, &x->refusal) || has_bad_query(s, x, c, &x->refusal))
		return;
	if (x->route.kind == ROUTE_CREATE || x->route.kind == ROUTE_PATCH) {
		read_body(s, x);
	} else if (x->body.len) {
		snprintf(text, sizeof(text),
			"request should have no body; instead got %zu bytes", x->body.len);
		x->refusal = own_error(s, text);
	}
}

static void rest_write(const struct server *s, const struct exchange *x, struct answer *a)
{
	if (a->kind == ANSWER_PROBLEM)
		answer_write_problem(a);
	if (a->kind != ANSWER_MESSAGE)
		return;
	if (s->parts.service->profile->enveloped)
		door_envelope(x, a);
	a->tagged = x->route.kind == ROUTE_LIST || x->route.kind == ROUTE_GET;
}

const struct door door_rest = {.name = "rest", .read = rest_read, .write = rest_write};
