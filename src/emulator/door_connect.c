/* SPDX-License-Identifier: MIT */
/* Connect, unary: a procedure is a path, a message a body, JSON or protobuf; errors are JSON
 * (connectrpc.com/docs/protocol). */
#include "door.h"

#include <ctype.h>
#include <string.h>
#include "base/base64.h"
#include "base/cleanup.h"
#include "proto/msg.h"

#define VERSION_HEADER	   "Connect-Protocol-Version"
#define TIMEOUT_HEADER	   "Connect-Timeout-Ms"
#define TIMEOUT_DIGITS_MAX 10
#define DETAIL_MAX	   ((size_t)8 << 20)

static const char *const json_types[] = {"application/json",
	"application/json; charset=utf-8", "application/json;charset=utf-8", NULL};
static const char *const proto_types[] = {"application/proto", NULL};

/* Checks the protocol's own headers. */
static bool has_bad_headers(struct MHD_Connection *c, struct answer *ret)
{
	const char *version = door_header(c, VERSION_HEADER);
	const char *timeout = door_header(c, TIMEOUT_HEADER);

	if (version && strcmp(version, "1") != 0) {
		*ret = answer_problem_take(RPC_INVALID_ARGUMENT, NULL,
			VERSION_HEADER " must be \"1\": got \"%s\"", version);
		return true;
	}
	if (!timeout || !*timeout)
		return false;
	if (strlen(timeout) > TIMEOUT_DIGITS_MAX)
		*ret = answer_problem_take(RPC_INVALID_ARGUMENT, NULL,
			"parse timeout: \"%s\" has >%d digits", timeout,
			TIMEOUT_DIGITS_MAX);
	else if (timeout[strspn(timeout, "0123456789")])
		*ret = answer_problem_take(RPC_INVALID_ARGUMENT, NULL,
			"parse timeout: strconv.ParseInt: parsing \"%s\": invalid syntax",
			timeout);
	else
		return false;
	return true;
}

static void connect_read(
	const struct server *s, struct exchange *x, struct MHD_Connection *c)
{
	const char *encoding = door_header(c, MHD_HTTP_HEADER_CONTENT_ENCODING);
	struct buf bytes CLEANUP_BUF = BUF_INIT(SERVER_BODY_MAX);

	if (!door_has_call(x))
		return;
	x->codec = door_type(c, proto_types) ? CODEC_PROTO : CODEC_JSON;
	if (x->codec == CODEC_JSON && !door_type(c, json_types))
		x->refusal = door_unknown_type();
	else if (x->dropped)
		x->refusal = rpc_too_long(x->body.len + x->dropped);
	else if (!has_bad_headers(c, &x->refusal) && rpc_knows(encoding, &x->refusal) &&
		 rpc_unpack(x, encoding, x->body.data, x->body.len, &bytes))
		rpc_read(x, buf_str(&bytes), bytes.len);
}

/* A detail as its bytes and, for people, as JSON. NULL for a type that the schema does not have.
 */
static json_t *detail_of(const json_t *problem_detail)
{
	const char *url = json_string_value(json_object_get(problem_detail, "@type"));
	const struct msg_type *type = url ? msg_type_named(url) : NULL;
	CLEANUP_FREE char *text = json_dumps(problem_detail, JSON_COMPACT);
	struct buf wire CLEANUP_BUF = BUF_INIT(DETAIL_MAX);
	struct buf value CLEANUP_BUF = BUF_INIT(DETAIL_MAX);
	struct buf clear CLEANUP_BUF = BUF_INIT(DETAIL_MAX);

	if (!type || !text ||
		msg_json_to_wire(type, text, strlen(text), 0, &wire, NULL) < 0 ||
		base64_encode(wire.data, wire.len, false, &value) < 0 ||
		msg_wire_to_json(type, wire.data, wire.len, 0, &clear, NULL) < 0)
		return NULL;
	return json_pack("{s:s, s:s, s:o*}", "type", msg_type_name(type), "value",
		buf_str(&value), "debug", json_loads(buf_str(&clear), 0, NULL));
}

/* "not_found" for code 5; the protocol spells code 1 "canceled". */
static void name_code(enum rpc_code code, char out[32])
{
	const char *name = code == RPC_CANCELLED ? "CANCELED" : rpc_name(code);
	size_t n = 0;

	for (; name[n] && n < 31; n++)
		out[n] = (char)tolower((unsigned char)name[n]);
	out[n] = '\0';
}

void connect_write_problem(struct answer *a)
{
	json_auto_t *details = json_array(), *error = NULL;
	json_int_t number = json_integer_value(json_object_get(a->problem, "code"));
	json_t *one;
	char code[32];
	size_t i;

	json_array_foreach (json_object_get(a->problem, "details"), i, one) {
		json_t *detail = detail_of(one);

		if (detail)
			json_array_append_new(details, detail);
	}
	name_code((enum rpc_code)number, code);
	error = json_pack("{s:s, s:O, s:O*}", "code", code, "message",
		json_object_get(a->problem, "message"), "details",
		json_array_size(details) ? details : NULL);
	answer_set_body_take(a, error ? text_from_json(error) : NULL);
}

static void connect_write(
	const struct server *s, const struct exchange *x, struct answer *a)
{
	if (a->kind == ANSWER_MESSAGE)
		rpc_encode(x, a);
	if (a->kind == ANSWER_PROBLEM)
		connect_write_problem(a);
	else if (a->kind != ANSWER_HTTP && x->codec == CODEC_PROTO)
		a->type = proto_types[0];
}

const struct door door_connect = {
	.name = "connect",
	.read = connect_read,
	.write = connect_write,
};
