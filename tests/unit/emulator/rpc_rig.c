/* SPDX-License-Identifier: MIT */
/* Calls of the service by the protocols other than REST. */
#include "rpc_rig.h"

#include <stdio.h>
#include <zlib.h>
#include "base/base64.h"
#include "base/cleanup.h"
#include "proto/method.h"

#define BYTES_MAX  ((size_t)256 << 20)
#define FRAME_HEAD 5

const char *const way_names[WAYS] = {
	"Connect, JSON", "Connect, binary", "gRPC-Web", "gRPC"};

static const struct method *method_named(const char *name)
{
	char path[128];
	int len = snprintf(path, sizeof(path), SERVICE "%s", name);
	enum method_id id = method_at(path, (size_t)len);

	return id == METHODS ? NULL : method_of(id);
}

void rpc_turn(struct rig *rig, enum way way)
{
	snprintf(rig->url, sizeof(rig->url), "%s",
		way == GRPC ? emulator_grpc_url(rig->emu) : emulator_url(rig->emu));
	rig->http2 = way == GRPC;
}

void rpc_start(struct rig *rig, enum way way, struct emulator_options options)
{
	options.grpc_listen = "127.0.0.1:0";
	rig_start(rig, &options);
	rpc_turn(rig, way);
}

static json_t *brief_of(const struct msg_type *type, const char *wire, size_t len)
{
	struct buf text CLEANUP_BUF = BUF_INIT(BYTES_MAX);

	if (!type || msg_wire_to_json(type, wire, len, 0, &text, NULL) < 0)
		return NULL;
	return json_loads(buf_str(&text), JSON_DECODE_ANY, NULL);
}

json_t *rpc_brief(const char *type, const json_t *json)
{
	CLEANUP_FREE char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	struct buf wire CLEANUP_BUF = BUF_INIT(BYTES_MAX);

	if (!text || msg_json_to_wire(
			     msg_type_named(type), text, strlen(text), 0, &wire, NULL) < 0)
		return NULL;
	return brief_of(msg_type_named(type), wire.data, wire.len);
}

char *rpc_encoded(enum way way, const char *method, const char *request, size_t *ret_len)
{
	struct buf wire = BUF_INIT(BYTES_MAX);
	struct err err = {""};

	if (way == CONNECT_JSON)
		buf_adds(&wire, request);
	else if (msg_json_to_wire(method_named(method)->request, request, strlen(request),
			 0, &wire, &err) < 0)
		fail_msg("%s %s: %s", method, request, err.text);
	*ret_len = wire.len;
	return buf_steal(&wire);
}

void rpc_frame(char **bytes, size_t *len, unsigned char flags)
{
	const char head[FRAME_HEAD] = {(char)flags, (char)(*len >> 24), (char)(*len >> 16),
		(char)(*len >> 8), (char)*len};
	char *framed = malloc(FRAME_HEAD + *len + 1);

	memcpy(framed, head, FRAME_HEAD);
	memcpy(framed + FRAME_HEAD, *bytes, *len);
	free(*bytes);
	*bytes = framed;
	*len += FRAME_HEAD;
}

char *rpc_gzip(const void *bytes, size_t len, size_t *ret_len)
{
	z_stream z = {.next_in = (Bytef *)bytes, .avail_in = (uInt)len};
	char *packed = malloc(len + 100);

	z.next_out = (Bytef *)packed;
	z.avail_out = (uInt)len + 100;
	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*ret_len = z.total_out;
	deflateEnd(&z);
	return packed;
}

static void set_error_of_connect(struct said *s)
{
	static const char *const names[] = {"ok", "canceled", "unknown", "invalid_argument",
		"deadline_exceeded", "not_found", "already_exists", "permission_denied",
		"resource_exhausted", "failed_precondition", "aborted", "out_of_range",
		"unimplemented", "internal", "unavailable", "data_loss", "unauthenticated"};
	const char *code = json_string_value(json_object_get(s->reply.json, "code"));
	json_t *one;
	size_t i;

	for (i = 1; code && i < ARRAY_LEN(names); i++) {
		if (strcmp(code, names[i]) == 0)
			s->code = (int)i;
	}
	s->message = strdup(text_at(s->reply.json, "message"));
	json_array_foreach (at(s->reply.json, "details"), i, one) {
		struct buf wire CLEANUP_BUF = BUF_INIT(BYTES_MAX);
		const char *type = text_at(one, "type"), *value = text_at(one, "value");
		char url[128];
		json_t *detail;

		assert_int_equal(base64_decode(value, strlen(value), &wire), 0);
		detail = brief_of(msg_type_named(type), wire.data, wire.len);
		assert_true(json_equal(detail, at(one, "debug")));
		snprintf(url, sizeof(url), "type.googleapis.com/%s", type);
		json_object_set_new(detail, "@type", json_string(url));
		json_array_append_new(s->details, detail);
	}
}

/* "%41" as "A". */
static char *unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		char hex[3] = {
			from[0] == '%' ? from[1] : 0, from[0] == '%' ? from[2] : 0, 0};

		*to++ = *hex ? (char)strtol(hex, NULL, 16) : *from;
		from += *hex ? 2 : 0;
	}
	*to = '\0';
	return text;
}

/* The status that followed the body; value_of finds one of its names. */
static void set_status_of_grpc(struct said *s, const struct reply *trailers)
{
	CLEANUP_FREE char *code = reply_header(trailers, "grpc-status");
	CLEANUP_FREE char *base64 = reply_header(trailers, "grpc-status-details-bin");
	struct buf wire CLEANUP_BUF = BUF_INIT(BYTES_MAX);
	json_auto_t *status = NULL;

	if (!code)
		return;
	s->code = atoi(code);
	s->message = reply_header(trailers, "grpc-message");
	if (s->message)
		unescape(s->message);
	if (!base64)
		return;
	assert_int_equal(base64_decode(base64, strlen(base64), &wire), 0);
	status = brief_of(method_status_type(), wire.data, wire.len);
	assert_int_equal(json_integer_value(at(status, "code")), s->code);
	assert_text(status, "message", s->message);
	if (at(status, "details"))
		json_array_extend(s->details, at(status, "details"));
}

static void read_frames(struct said *s, const struct method *method)
{
	const unsigned char *at = (const unsigned char *)s->reply.body;
	size_t left = s->reply.len;

	while (left >= FRAME_HEAD) {
		size_t len = (size_t)at[1] << 24 | (size_t)at[2] << 16 |
			     (size_t)at[3] << 8 | (size_t)at[4];

		if (len > left - FRAME_HEAD)
			return;
		if (at[0] == 0) {
			json_decref(s->json);
			s->json = brief_of(
				method->response, (const char *)at + FRAME_HEAD, len);
		}
		if (at[0] & 0x80) {
			const struct reply lines = {
				.headers = strndup((const char *)at + FRAME_HEAD, len)};

			set_status_of_grpc(s, &lines);
			free(lines.headers);
		}
		at += FRAME_HEAD + len;
		left -= FRAME_HEAD + len;
	}
}

struct said rpc_send(
	struct rig *rig, enum way way, const char *method, const void *bytes, size_t len)
{
	static const char *const types[WAYS] = {"application/json", "application/proto",
		"application/grpc-web+proto", "application/grpc+proto"};
	const char *type = rig->content_type ? rig->content_type : types[way];
	const char *before = rig->content_type;
	struct said s = {.details = json_array()};
	char path[256];

	snprintf(path, sizeof(path), SERVICE "%s", method);
	rig->content_type = type;
	s.reply = rig_send(rig, "POST", path, bytes, len);
	rig->content_type = before;
	s.code = s.reply.status ? -(int)s.reply.status : RPC_NO_ANSWER;
	if (way >= GRPC_WEB) {
		if (s.reply.status == 200)
			read_frames(&s, method_named(method));
		if (s.reply.status == 200 && way == GRPC)
			set_status_of_grpc(&s, &s.reply);
	} else if (s.reply.status != 200) {
		set_error_of_connect(&s);
	} else {
		s.code = 0;
		s.json = way == CONNECT_JSON
				 ? rpc_brief(msg_type_name(method_named(method)->response),
					   s.reply.json)
				 : brief_of(method_named(method)->response, s.reply.body,
					   s.reply.len);
	}
	return s;
}

struct said rpc_call(struct rig *rig, enum way way, const char *method, const char *request)
{
	size_t len;
	char *bytes = rpc_encoded(way, method, request, &len);
	struct said s;

	if (way >= GRPC_WEB)
		rpc_frame(&bytes, &len, 0);
	s = rpc_send(rig, way, method, bytes, len);
	free(bytes);
	return s;
}

void said_free(struct said *s)
{
	free(s->message);
	json_decref(s->details);
	json_decref(s->json);
	reply_free(&s->reply);
}

void rpc_expect(
	struct rig *rig, enum way way, const char *method, const char *request, int code)
{
	struct said s = rpc_call(rig, way, method, request);

	if (s.code != code)
		fail_msg("%s: %s %s: code %d, not %d: %s", way_names[way], method, request,
			s.code, code, s.message ? s.message : s.reply.body);
	said_free(&s);
}
