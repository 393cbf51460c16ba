/* SPDX-License-Identifier: MIT */
/* The messages of Connect and gRPC, in JSON or protobuf and possibly compressed. The
 * texts are those of connect-go, which CoreWeave's clients are built on. */
#include "door.h"

#include <errno.h>
#include <string.h>
#include "gzip.h"
#include "message.h"
#include "proto/method.h"

#define GO_PACKAGE "networkingv1beta1"

struct answer rpc_too_long(size_t len)
{
	return answer_problem_take(RPC_RESOURCE_EXHAUSTED, NULL,
		"message size %zu is larger than configured max %zu", len, SERVER_BODY_MAX);
}

static bool is_none(const char *encoding)
{
	return !encoding || !*encoding || strcmp(encoding, "identity") == 0;
}

bool rpc_knows(const char *encoding, struct answer *ret)
{
	if (is_none(encoding) || strcmp(encoding, "gzip") == 0)
		return true;
	*ret = answer_problem_take(RPC_UNIMPLEMENTED, NULL,
		"unknown compression \"%s\": supported encodings are gzip", encoding);
	return false;
}

bool rpc_unpack(struct exchange *x, const char *encoding, const void *bytes, size_t len,
	struct buf *ret)
{
	int r = is_none(encoding) ? buf_add(ret, bytes, len) : gzip_unpack(bytes, len, ret);

	if (r == -EFBIG)
		x->refusal = rpc_too_long(SERVER_BODY_MAX + 1);
	else if (r < 0)
		x->refusal =
			answer_problem_take(RPC_INVALID_ARGUMENT, NULL, "decompress: %s",
				r == -EBADMSG ? "gzip: invalid data" : strerror(-r));
	return r == 0;
}

struct answer rpc_unreadable(enum route_kind kind, const char *why)
{
	return answer_problem_take(RPC_INVALID_ARGUMENT, NULL,
		"unmarshal message: unmarshal into *" GO_PACKAGE ".%sRequest: proto: %s",
		route_method(kind)->name, why);
}

static int read_json(struct exchange *x, const char *bytes, size_t len, struct err *err)
{
	json_error_t why;

	x->shown = door_json(bytes, len, &why);
	if (!x->shown)
		return err_set(err, EINVAL, "syntax error: %s", why.text);
	return message_from_json(
		route_method(x->route.kind)->request, x->shown, &x->request, err);
}

void rpc_read(struct exchange *x, const char *bytes, size_t len)
{
	struct err err = {""};
	const char *id;
	int r;

	if (x->codec == CODEC_JSON && !len) {
		x->refusal = answer_problem_take(
			RPC_INVALID_ARGUMENT, NULL, "%s", RPC_EMPTY_IS_NO_JSON);
		return;
	}
	r = x->codec == CODEC_JSON ? read_json(x, bytes, len, &err)
				   : message_from_wire(route_method(x->route.kind)->request,
					     bytes, len, &x->request, &x->shown, &err);
	if (r < 0) {
		x->refusal = rpc_unreadable(x->route.kind, err.text);
		return;
	}
	id = json_string_value(json_object_get(x->request, "id"));
	strncat(x->route.id, id ? id : "", sizeof(x->route.id) - 1);
}

void rpc_encode(const struct exchange *x, struct answer *a)
{
	struct err err = {""};
	struct text *wire;

	door_envelope(x, a);
	if (x->codec == CODEC_JSON || a->kind != ANSWER_MESSAGE)
		return;
	wire = message_to_wire(route_method(x->route.kind)->response, a->body, &err);
	if (wire) {
		answer_set_body_take(a, wire);
	} else {
		answer_release(a);
		*a = answer_problem_take(
			RPC_INTERNAL, NULL, "marshal message: %s", err.text);
	}
}
