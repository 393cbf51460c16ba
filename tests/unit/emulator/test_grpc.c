/* SPDX-License-Identifier: MIT */
/* gRPC and gRPC-Web as a server has to speak them: frames, headers, what follows the body. What is
 * wrong is told in their own words, and nothing of the request is applied. */
#include "rpc_rig.h"

#include <stdio.h>

#define VPC	 "{\"name\":\"new\",\"zone\":\"Z\"}"
#define WIRE_VPC "\x0a\x03new\x12\x01Z"
#define LEN_VPC	 "\x00\x00\x00\x08"
#define BYTES(text)                                                                        \
	{                                                                                  \
		text, sizeof(text) - 1                                                     \
	}

struct row {
	const char *line;
	struct {
		const char *bytes;
		size_t len;
	} body;
	const char *header;
	int code;
	const char *message; /* a part of it */
};

static const struct row rows[] = {
	{"no message", BYTES(""), NULL, 12, "unary request has zero messages"},
	{"two messages", BYTES("\0" LEN_VPC WIRE_VPC "\0" LEN_VPC WIRE_VPC), NULL, 12,
		"unary request has multiple messages"},
	{"a message and a byte", BYTES("\0" LEN_VPC WIRE_VPC "\0"), NULL, 13, "incomplete"},
	{"half a head", BYTES("\0\0\0"), NULL, 13, "incomplete envelope"},
	{"a head alone", BYTES("\0" LEN_VPC), NULL, 13, "promised 8 bytes"},
	{"a cut message", BYTES("\0" LEN_VPC "\x0a\x03new"), NULL, 13,
		"promised 8 bytes in enveloped message, got 5 bytes: unexpected EOF"},
	{"more than may be sent", BYTES("\0\x00\x10\x00\x01 "), NULL, 8,
		"message size 1048577 is larger than configured max 1048576"},
	{"four gigabytes", BYTES("\0\xff\xff\xff\xff "), NULL, 8, "message size"},
	{"flags that are none", BYTES("\x02" LEN_VPC WIRE_VPC), NULL, 13,
		"invalid envelope"},
	{"compressed, nothing said", BYTES("\x01" LEN_VPC WIRE_VPC), NULL, 13,
		"sent compressed message without compression support"},
	{"compressed, identity", BYTES("\x01" LEN_VPC WIRE_VPC), "grpc-encoding: identity",
		13, "without compression support"},
	{"not gzip", BYTES("\x01" LEN_VPC WIRE_VPC), "grpc-encoding: gzip", 3, "gzip"},
	{"br", BYTES("\x01" LEN_VPC WIRE_VPC), "grpc-encoding: br", 12,
		"unknown compression \"br\": supported encodings are gzip"},
	{"garbage", BYTES("\0\0\0\0\x03\x0a\x7fx"), NULL, 3, "unmarshal message"},
	{"no frame at all", BYTES("{\"name\":\"new\"}"), NULL, 8, "message size"},
	{"br, and not compressed", BYTES("\0" LEN_VPC WIRE_VPC), "grpc-encoding: br", 12,
		"unknown compression \"br\""},
	{"a timeout without a unit", BYTES("\0" LEN_VPC WIRE_VPC), "grpc-timeout: 10", 3,
		"timeout \"10\" has an invalid unit"},
	{"a timeout of nine digits", BYTES("\0" LEN_VPC WIRE_VPC),
		"grpc-timeout: 123456789S", 3, "is too long"},
};

static size_t count(struct rig *rig)
{
	rpc_turn(rig, CONNECT_JSON);
	return list_count(rig);
}

static void test_frames(void **state)
{
	for (enum way way = GRPC_WEB; way < WAYS; way++) {
		struct rig rig;

		rpc_start(&rig, way, (struct emulator_options){0});
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct said s;

			rig.header = rows[i].header;
			s = rpc_send(&rig, way, "CreateVPC", rows[i].body.bytes,
				rows[i].body.len);
			if (s.code != rows[i].code || !strstr(s.message, rows[i].message))
				fail_msg("%s: %s: %d %s", way_names[way], rows[i].line,
					s.code, s.message ? s.message : s.reply.headers);
			said_free(&s);
		}
		rig.header = "grpc-timeout: 12345678m";
		rpc_expect(&rig, way, "ListVPCs", "{}", 0);
		rig.header =
			"grpc-encoding: gzip"; /* with a frame that is not compressed */
		rpc_expect(&rig, way, "ListVPCs", "{}", 0);
		rig.header = NULL;
		assert_int_equal(count(&rig), 0);
		rig_stop(&rig);
	}
}

static void test_compressed_frames(void **state)
{
	for (enum way way = GRPC_WEB; way < WAYS; way++) {
		size_t len;
		char *bytes = rpc_gzip(WIRE_VPC, sizeof(WIRE_VPC) - 1, &len);
		struct rig rig;
		struct said s;

		rpc_frame(&bytes, &len, 1);
		rpc_start(&rig, way, (struct emulator_options){0});
		rig.header = "grpc-encoding: gzip";
		s = rpc_send(&rig, way, "CreateVPC", bytes, len);
		assert_int_equal(s.code, 0);
		assert_text(s.json, "vpc.name", "new");
		said_free(&s);
		rig_stop(&rig);
		free(bytes);
	}
}

/* A frame may have the maximum size of a request, and no more. */
static void test_long_frames(void **state)
{
	for (enum way way = GRPC_WEB; way < WAYS; way++) {
		size_t len = ((size_t)1 << 20) - 5;
		char *bytes = calloc(1, len);
		struct rig rig;
		struct said s;

		/* field 15, unknown, as long as all but its own head */
		memcpy(bytes, "\x7a\xf7\xff\x3f", 4);
		rpc_frame(&bytes, &len, 0);
		rpc_start(&rig, way, (struct emulator_options){0});
		s = rpc_send(&rig, way, "ListVPCs", bytes, len);
		if (s.code != 0)
			fail_msg("%s: %d %s", way_names[way], s.code, s.message);
		said_free(&s);
		rig_stop(&rig);
		free(bytes);
	}
}

/* HTTP refuses a request that does not belong to the protocol. */
static void test_refused_by_http(void **state)
{
	static const struct {
		const char *procedure, *content_type;
		bool by_http1;
		long status;
	} refusals[] = {
		{"Nope", "application/grpc", false, 404},
		{"Nope", "application/grpc-web", true, 404},
		{"ListVPCs", "application/grpc+json", false, 415},
		{"ListVPCs", "application/grpc-web+json", true, 415},
		{"ListVPCs", "application/grpc-web-text", true, 415},
		{"ListVPCs", "application/grpcx", false, 415},
		{"ListVPCs", "application/grpc", true, 505},
		{"ListVPCs", "application/grpc+proto", true, 505},
	};
	struct rig rig;

	rpc_start(&rig, GRPC, (struct emulator_options){0});
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		char path[128];
		struct reply r;

		rpc_turn(&rig, refusals[i].by_http1 ? GRPC_WEB : GRPC);
		rig.content_type = refusals[i].content_type;
		snprintf(path, sizeof(path), SERVICE "%s", refusals[i].procedure);
		r = rig_send(&rig, "POST", path, "\0\0\0\0\0", 5);
		if (r.status != refusals[i].status)
			fail_msg("%s %s: %ld", refusals[i].procedure,
				refusals[i].content_type, r.status);
		assert_non_null(strcasestr(r.headers, "content-type: text/plain"));
		reply_free(&r);
	}
	rig_stop(&rig);
}

static void test_content_types(void **state)
{
	static const struct {
		enum way way;
		const char *type;
	} types[] = {
		{GRPC, "application/grpc"},
		{GRPC, "application/grpc+proto"},
		{GRPC_WEB, "application/grpc-web"},
		{GRPC_WEB, "application/grpc-web+proto"},
	};
	struct rig rig;

	rpc_start(&rig, GRPC, (struct emulator_options){0});
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		rpc_turn(&rig, types[i].way);
		rig.content_type = types[i].type;
		rpc_expect(&rig, types[i].way, "ListVPCs", "{}", 0);
	}
	rig_stop(&rig);
}

/* The status comes behind the body, never before it, and an error has no message. */
static void test_status_follows(void **state)
{
	struct rig rig;
	struct said s;

	rpc_start(&rig, GRPC, (struct emulator_options){.samples = true});
	s = rpc_call(&rig, GRPC, "ListVPCs", "{}");
	assert_int_equal(json_array_size(at(s.json, "items")), 5);
	assert_null(strstr(s.message ? s.message : "", "x"));
	assert_true(strstr(s.reply.headers, "grpc-status") >
		    strstr(s.reply.headers, "\r\n\r\n"));
	said_free(&s);
	s = rpc_call(&rig, GRPC, "GetVPC", "{\"id\":\"100% \xc3\xa9\\n\"}");
	assert_int_equal(s.code, 5);
	assert_int_equal(s.reply.len, 0);
	assert_int_equal(s.reply.status, 200);
	assert_string_equal(s.message, "VPC \"100% \xc3\xa9\n\" not found");
	assert_text(s.details, "0.resourceName", "100% \xc3\xa9\n");
	said_free(&s);
	rig_stop(&rig);
}

/* More violations than trailers can hold: the code and the message stay. */
static void test_long_errors(void **state)
{
	char *request = malloc(1 << 20), *to = stpcpy(request, "{\"vpcPrefixes\":[");
	struct rig rig;
	struct said s;

	for (int i = 0; i < 2000; i++)
		to = stpcpy(to, i ? ",{}" : "{}");
	stpcpy(to, "]}");
	rpc_start(&rig, GRPC, (struct emulator_options){0});
	s = rpc_call(&rig, GRPC, "CreateVPC", request);
	assert_int_equal(s.code, 3);
	assert_non_null(
		strstr(s.message, "validation errors:\n - name: must be at least 1"));
	assert_int_equal(json_array_size(s.details), 0);
	said_free(&s);
	rig_stop(&rig);
	free(request);
}

/* HTTP/2 offers on its port everything that HTTP/1.1 offers on the other. */
static void test_other_doors_by_http2(void **state)
{
	struct rig rig;
	struct reply r;

	rpc_start(&rig, GRPC, (struct emulator_options){.samples = true});
	assert_int_equal(list_count(&rig), 5);
	r = rig_ask(&rig, "POST", SERVICE "GetVPC", "{\"id\":\"x\"}");
	assert_text(r.json, "code", "not_found");
	reply_free(&r);
	rig_stop(&rig);
}

static bool can_connect(const char *url)
{
	struct rig rig;
	struct reply r;
	bool can;

	rig_use(&rig, url);
	rig.http2 = true;
	r = rig_ask(&rig, "GET", VPCS, NULL);
	can = r.status != 0;
	reply_free(&r);
	rig_stop(&rig);
	return can;
}

static void test_ends_with_the_emulator(void **state)
{
	struct rig rig;
	char url[128];

	rpc_start(&rig, GRPC, (struct emulator_options){0});
	snprintf(url, sizeof(url), "%s", emulator_grpc_url(rig.emu));
	assert_true(can_connect(url));
	rig_stop(&rig);
	assert_false(can_connect(url));
}

static void test_bad_addresses(void **state)
{
	static const struct {
		const char *listen, *sentence;
	} bad[] = {
		{"0.0.0.0:0", "--grpc 0.0.0.0:0: the emulator serves loopback only"},
		{"nonsense", "--grpc nonsense: must be HOST:PORT"},
		{"127.0.0.1:99999", "--grpc 127.0.0.1:99999: must be HOST:PORT"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct emulator_options options = {.grpc_listen = bad[i].listen};
		struct emulator *emu;
		struct err err = {""};

		assert_true(emulator_start(&options, &emu, &err) < 0);
		assert_non_null(strstr(err.text, bad[i].sentence));
	}
}

static void test_ipv6(void **state)
{
	struct rig rig;

	rig_start(&rig,
		&(struct emulator_options){.listen = "[::1]:0", .grpc_listen = "[::1]:0"});
	rpc_turn(&rig, GRPC);
	rpc_expect(&rig, GRPC, "ListVPCs", "{}", 0);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_compressed_frames),
		cmocka_unit_test(test_long_frames),
		cmocka_unit_test(test_refused_by_http),
		cmocka_unit_test(test_content_types),
		cmocka_unit_test(test_status_follows),
		cmocka_unit_test(test_long_errors),
		cmocka_unit_test(test_other_doors_by_http2),
		cmocka_unit_test(test_ends_with_the_emulator),
		cmocka_unit_test(test_bad_addresses),
		cmocka_unit_test(test_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
