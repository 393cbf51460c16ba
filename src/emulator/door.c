/* SPDX-License-Identifier: MIT */
/* The choice of a request's door, and the parts that all doors share. */
#include "door.h"

#include <string.h>
#include "base/cleanup.h"

#define GRPC_TYPE     "application/grpc"
#define GRPC_WEB_TYPE "application/grpc-web"
#define BODY_MAX      ((size_t)1 << 30)
#define TYPES                                                                              \
	"application/grpc, application/grpc+proto, application/grpc-web, "                 \
	"application/grpc-web+proto, application/json, application/json; charset=utf-8, "  \
	"application/proto"

const char *door_header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static bool begins_with(const char *type, const char *with)
{
	return type && strncasecmp(type, with, strlen(with)) == 0;
}

const struct door *door_of(const struct route *route, struct MHD_Connection *c)
{
	const char *type = door_header(c, MHD_HTTP_HEADER_CONTENT_TYPE);

	if (!route->procedure)
		return &door_rest;
	if (begins_with(type, GRPC_WEB_TYPE))
		return &door_grpc_web;
	return begins_with(type, GRPC_TYPE) ? &door_grpc : &door_connect;
}

const char *door_type(struct MHD_Connection *c, const char *const *known)
{
	const char *type = door_header(c, MHD_HTTP_HEADER_CONTENT_TYPE);

	for (; type && *known; known++) {
		if (strcasecmp(type, *known) == 0)
			return *known;
	}
	return NULL;
}

struct answer door_unknown_type(void)
{
	struct answer a = answer_plain(415, DOOR_PLAIN_TYPE, "Unsupported Media Type\n");

	a.accept_post = TYPES;
	return a;
}

bool door_has_call(struct exchange *x)
{
	if (x->route.kind < ROUTE_CALLS)
		return true;
	if (x->route.kind == ROUTE_WRONG_METHOD)
		x->refusal = answer_plain(405, DOOR_PLAIN_TYPE, "Method Not Allowed\n");
	else
		x->refusal = answer_plain(404, DOOR_PLAIN_TYPE, "Not Found\n");
	x->refusal.allow = x->route.allow;
	return false;
}

json_t *door_json(const char *bytes, size_t len, json_error_t *why)
{
	return json_loadb(
		bytes, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, why);
}

void door_envelope(const struct exchange *x, struct answer *a)
{
	struct buf body CLEANUP_BUF = BUF_INIT(BODY_MAX);

	if (x->route.kind == ROUTE_LIST)
		return;
	buf_adds(&body, "{\"vpc\":");
	buf_add(&body, a->body->bytes, a->body->len);
	answer_set_body_take(a, buf_addc(&body, '}') == 0 ? text_from_buf(&body) : NULL);
}
