/* SPDX-License-Identifier: MIT */
/* What the gateway in front of the service does with a REST request, and what it refuses itself
 * (schema.md section 4). */
#include "exchange.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"

#define JSON_TYPE	 "application/json"
#define PLAIN_TYPE	 "text/plain; charset=utf-8"
#define CONNECT_HEADER	 "Connect-Protocol-Version"
#define GATEWAY_KEY_MAX	 256
#define GO_PACKAGE	 "networkingv1beta1"
#define EMPTY_IS_NO_JSON "unmarshal message: zero-length payload is not a valid JSON object"

/* A full gateway labels the errors it makes itself as protobuf, although they are JSON. */
static struct answer own_error(const struct server *s, const char *text)
{
	struct answer a = answer_problem_take(RPC_UNKNOWN, NULL, "%s", text);

	if (!s->parts.service->profile->omit_defaults)
		a.type = "application/proto";
	return a;
}

static const char *header_of(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static bool is_json_type(const char *type)
{
	size_t len = strlen(JSON_TYPE);

	return strncasecmp(type, JSON_TYPE, len) == 0 &&
	       (!type[len] || type[len] == ';' || type[len] == ' ');
}

/* Refusals that are not even JSON. */
static bool is_foreign(
	const struct exchange *x, struct MHD_Connection *c, struct answer *ret)
{
	const char *type = header_of(c, MHD_HTTP_HEADER_CONTENT_TYPE);
	const char *connect = header_of(c, CONNECT_HEADER);

	if (x->route.kind == ROUTE_NOT_FOUND || (connect && strcmp(connect, "1") == 0)) {
		*ret = answer_plain(404, PLAIN_TYPE, "Not Found\n");
		return true;
	}
	if (x->route.kind == ROUTE_WRONG_METHOD) {
		*ret = answer_plain(405, PLAIN_TYPE, "Method Not Allowed\n");
		ret->allow = x->route.allow;
		return true;
	}
	if (type && !is_json_type(type)) {
		*ret = answer_plain(415, PLAIN_TYPE, "Unsupported Media Type\n");
		return true;
	}
	if (x->dropped) {
		*ret = answer_plain(413, PLAIN_TYPE, "request body larger than 1 MiB\n");
		return true;
	}
	return false;
}

struct query {
	bool takes_id; /* the request's message has a field id, which the path beats */
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

/* In the brief dialect the body of a POST goes through to the service's own decoder. */
static struct answer undecodable(
	const struct server *s, const struct exchange *x, const char *why)
{
	if (s->parts.service->profile->omit_defaults && x->route.kind == ROUTE_CREATE)
		return answer_problem_take(RPC_INVALID_ARGUMENT, NULL,
			"unmarshal message: unmarshal into *" GO_PACKAGE
			".CreateVPCRequest: %s",
			why);
	return own_error(s, why);
}

static bool decode_body(const struct server *s, const struct exchange *x,
	json_t **ret_request, struct answer *ret)
{
	const struct profile *p = s->parts.service->profile;
	bool is_create = x->route.kind == ROUTE_CREATE;
	json_auto_t *empty = json_object();
	struct err err = {""};

	if (!x->body.len && is_create && p->omit_defaults) {
		*ret = answer_problem_take(
			RPC_INVALID_ARGUMENT, NULL, "%s", EMPTY_IS_NO_JSON);
		return false;
	}
	if (x->body.len && !x->json)
		err_set(&err, EINVAL, "proto: syntax error: %s", x->why.text);
	else if (proto_decode(is_create ? p->create : p->update, x->json ? x->json : empty,
			 ret_request, &err) == 0)
		return true;
	*ret = undecodable(s, x, err.text);
	return false;
}

bool gateway_admit(const struct server *s, const struct exchange *x,
	struct MHD_Connection *c, json_t **ret_request, struct answer *ret)
{
	char text[128];

	*ret_request = NULL;
	if (is_foreign(x, c, ret) || has_bad_query(s, x, c, ret))
		return false;
	if (x->route.kind == ROUTE_CREATE || x->route.kind == ROUTE_PATCH)
		return decode_body(s, x, ret_request, ret);
	if (!x->body.len)
		return true;
	snprintf(text, sizeof(text), "request should have no body; instead got %zu bytes",
		x->body.len);
	*ret = own_error(s, text);
	return false;
}

void gateway_parse(struct exchange *x)
{
	if (x->body.len && !x->dropped &&
		(x->route.kind == ROUTE_CREATE || x->route.kind == ROUTE_PATCH))
		x->json = json_loadb(x->body.data, x->body.len,
			JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &x->why);
}
