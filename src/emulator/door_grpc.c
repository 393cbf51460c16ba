/* SPDX-License-Identifier: MIT */
/* gRPC (grpc PROTOCOL-HTTP2.md) and gRPC-Web: a message is a frame, and the status follows the
 * body: as trailers, or on gRPC-Web as one more frame. */
#include "door.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "base/base64.h"
#include "base/cleanup.h"
#include "proto/method.h"

#define FRAME_HEAD	   5 /* bytes: flags, and the length with the high byte first */
#define FRAME_COMPRESSED   0x01
#define FRAME_TRAILERS	   0x80
#define FRAME_MAX	   ((size_t)1 << 30)
#define TIMEOUT_DIGITS_MAX 8
/* Clients and proxies limit the size of trailers; larger details are left out. */
#define DETAILS_MAX ((size_t)16 << 10)

static const char *const grpc_types[] = {
	"application/grpc", "application/grpc+proto", NULL};
static const char *const web_types[] = {
	"application/grpc-web", "application/grpc-web+proto", NULL};

/* A valid grpc-timeout is digits and a unit. */
static bool has_bad_timeout(struct MHD_Connection *c, struct answer *ret)
{
	const char *timeout = door_header(c, "grpc-timeout");
	size_t digits = timeout ? strspn(timeout, "0123456789") : 0;
	const char *why = NULL;

	if (!timeout)
		return false;
	if (!digits || !timeout[digits] || !strchr("HMSmun", timeout[digits]) ||
		timeout[digits + 1])
		why = "has an invalid unit";
	else if (digits > TIMEOUT_DIGITS_MAX)
		why = "is too long";
	if (why)
		*ret = answer_problem_take(RPC_INVALID_ARGUMENT, NULL,
			"protocol error: timeout \"%s\" %s", timeout, why);
	return why != NULL;
}

static size_t frame_length(const unsigned char *head)
{
	return (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 |
	       (size_t)head[4];
}

/* Whether the body is exactly one frame. len is the length of the whole body, of which less may
 * have been kept. */
static bool is_one_frame(const unsigned char *body, size_t len, struct answer *ret)
{
	size_t promised = len < FRAME_HEAD ? 0 : frame_length(body);
	size_t left = len < FRAME_HEAD ? 0 : len - FRAME_HEAD;

	if (len == 0)
		*ret = answer_problem_take(
			RPC_UNIMPLEMENTED, NULL, "unary request has zero messages");
	else if (len < FRAME_HEAD || (left > promised && left - promised < FRAME_HEAD))
		*ret = answer_problem_take(RPC_INTERNAL, NULL,
			"protocol error: incomplete envelope: unexpected EOF");
	else if (promised > SERVER_BODY_MAX)
		*ret = rpc_too_long(promised);
	else if (left < promised)
		*ret = answer_problem_take(RPC_INTERNAL, NULL,
			"protocol error: promised %zu bytes in enveloped message, got %zu "
			"bytes: unexpected EOF",
			promised, left);
	else if (body[0] & ~FRAME_COMPRESSED)
		*ret = answer_problem_take(RPC_INTERNAL, NULL,
			"protocol error: invalid envelope flags %u", body[0]);
	else if (left > promised)
		*ret = answer_problem_take(
			RPC_UNIMPLEMENTED, NULL, "unary request has multiple messages");
	else
		return true;
	return false;
}

static void read_frame(struct exchange *x, struct MHD_Connection *c)
{
	const unsigned char *body = (const unsigned char *)buf_str(&x->body);
	const char *encoding = door_header(c, "grpc-encoding");
	bool is_none = !encoding || strcmp(encoding, "identity") == 0;
	struct buf bytes CLEANUP_BUF = BUF_INIT(SERVER_BODY_MAX);

	x->codec = CODEC_PROTO;
	if (has_bad_timeout(c, &x->refusal) || !rpc_knows(encoding, &x->refusal) ||
		!is_one_frame(body, x->body.len + x->dropped, &x->refusal))
		return;
	if (body[0] & FRAME_COMPRESSED && is_none)
		x->refusal = answer_problem_take(RPC_INTERNAL, NULL,
			"protocol error: sent compressed message without compression "
			"support");
	else if (rpc_unpack(x, body[0] & FRAME_COMPRESSED ? encoding : NULL,
			 body + FRAME_HEAD, x->body.len - FRAME_HEAD, &bytes))
		rpc_read(x, buf_str(&bytes), bytes.len);
}

/* The proxy names in Via the HTTP version that the client used (RFC 9110 7.6.3). */
static bool came_by_http2(struct MHD_Connection *c)
{
	const char *via = door_header(c, MHD_HTTP_HEADER_VIA);

	return via && (strncmp(via, "2 ", 2) == 0 || strncmp(via, "2.0 ", 4) == 0);
}

static void grpc_read(const struct server *s, struct exchange *x, struct MHD_Connection *c)
{
	if (!door_has_call(x))
		return;
	x->type = door_type(c, grpc_types);
	if (!x->type)
		x->refusal = door_unknown_type();
	else if (!came_by_http2(c))
		x->refusal = answer_plain(505, DOOR_PLAIN_TYPE, "gRPC requires HTTP/2\n");
	else
		read_frame(x, c);
}

static void web_read(const struct server *s, struct exchange *x, struct MHD_Connection *c)
{
	if (!door_has_call(x))
		return;
	x->type = door_type(c, web_types);
	if (x->type)
		read_frame(x, c);
	else
		x->refusal = door_unknown_type();
}

static int add_frame(struct buf *body, unsigned char flags, const char *bytes, size_t len)
{
	const unsigned char head[FRAME_HEAD] = {flags, (unsigned char)(len >> 24),
		(unsigned char)(len >> 16), (unsigned char)(len >> 8), (unsigned char)len};
	int r = buf_add(body, head, sizeof(head));

	return r < 0 ? r : buf_add(body, bytes, len);
}

/* Encodes bytes that a header may not hold as %XX. */
static void set_message(json_t *trailers, const char *message)
{
	struct buf text CLEANUP_BUF = BUF_INIT(DETAILS_MAX);

	for (; *message; message++) {
		unsigned char c = (unsigned char)*message;

		if (c < ' ' || c > '~' || c == '%')
			buf_addf(&text, "%%%02X", c);
		else
			buf_addc(&text, *message);
	}
	json_object_set_new(trailers, "grpc-message", json_string(buf_str(&text)));
}

/* The whole google.rpc.Status, details included. */
static void set_details(json_t *trailers, const json_t *problem)
{
	CLEANUP_FREE char *text = json_dumps(problem, JSON_COMPACT);
	struct buf wire CLEANUP_BUF = BUF_INIT(DETAILS_MAX);
	struct buf base64 CLEANUP_BUF = BUF_INIT(DETAILS_MAX);

	if (text &&
		msg_json_to_wire(
			method_status_type(), text, strlen(text), 0, &wire, NULL) == 0 &&
		base64_encode(wire.data, wire.len, false, &base64) == 0)
		json_object_set_new(
			trailers, "grpc-status-details-bin", json_string(buf_str(&base64)));
}

static json_t *trailers_of(const json_t *problem)
{
	json_int_t code = json_integer_value(json_object_get(problem, "code"));
	json_t *trailers = json_pack("{s:o}", "grpc-status",
		json_sprintf("%" JSON_INTEGER_FORMAT, problem ? code : RPC_OK));

	if (!problem)
		return trailers;
	set_message(trailers, json_string_value(json_object_get(problem, "message")));
	set_details(trailers, problem);
	return trailers;
}

/* Writes the message as a frame, or nothing if there is none. */
static void write_frame(const struct exchange *x, struct answer *a, struct buf *body)
{
	if (a->kind == ANSWER_MESSAGE)
		rpc_encode(x, a);
	if (a->kind != ANSWER_PROBLEM && a->body)
		add_frame(body, 0, a->body->bytes, a->body->len);
	a->is_framed = true;
	a->type = x->type ? x->type : x->door == &door_grpc ? grpc_types[0] : web_types[0];
	a->status = 200;
	a->challenge = NULL;
	a->trailers = trailers_of(a->problem);
}

static void grpc_write(const struct server *s, const struct exchange *x, struct answer *a)
{
	struct buf body CLEANUP_BUF = BUF_INIT(FRAME_MAX);

	if (a->kind == ANSWER_HTTP)
		return;
	write_frame(x, a, &body);
	answer_set_body_take(a, text_from_buf(&body));
}

static void web_write(const struct server *s, const struct exchange *x, struct answer *a)
{
	struct buf body CLEANUP_BUF = BUF_INIT(FRAME_MAX);
	struct buf lines CLEANUP_BUF = BUF_INIT(FRAME_MAX);
	const char *name;
	json_t *value;

	if (a->kind == ANSWER_HTTP)
		return;
	write_frame(x, a, &body);
	json_object_foreach (a->trailers, name, value) {
		buf_addf(&lines, "%s: %s\r\n", name, json_string_value(value));
	}
	json_decref(a->trailers);
	a->trailers = NULL;
	add_frame(&body, FRAME_TRAILERS, lines.data, lines.len);
	answer_set_body_take(a, text_from_buf(&body));
}

const struct door door_grpc = {.name = "grpc", .read = grpc_read, .write = grpc_write};
const struct door door_grpc_web = {
	.name = "grpc-web", .read = web_read, .write = web_write};
