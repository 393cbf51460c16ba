/* SPDX-License-Identifier: MIT */
/* Connect as a server has to speak it: one row for each of the protocol's statements. What is wrong
 * is told in its own words, and nothing of the request is applied. */
#include "rpc_rig.h"

#include <stdio.h>
#include <unistd.h>

#define VPC	 "{\"name\":\"new\",\"zone\":\"Z\"}"
#define JSON	 "application/json"
#define PROTO	 "application/proto"
#define ENDLESS	 "00000000001"
#define MEGABYTE ((size_t)1 << 20)

struct row {
	const char *line; /* what it is about */
	const char *method, *procedure;
	const char *content_type, *header;
	const char *body;
	long status;
	const char *code;    /* NULL: not an error of Connect */
	const char *message; /* a part of it, or of the body */
};

static const struct row rows[] = {
	{"other methods", "GET", "ListVPCs", JSON, NULL, NULL, 405, NULL, ""},
	{"PUT", "PUT", "ListVPCs", JSON, NULL, "{}", 405, NULL, ""},
	{"no such procedure", "POST", "ListVPC", JSON, NULL, "{}", 404, NULL, "Not Found"},
	{"no such procedure, other method", "GET", "Nope", JSON, NULL, NULL, 404, NULL, ""},
	{"a procedure and more", "POST", "ListVPCs/x", JSON, NULL, "{}", 404, NULL, ""},
	{"no procedure", "POST", "", JSON, NULL, "{}", 404, NULL, ""},
	{"a form", "POST", "CreateVPC", "application/x-www-form-urlencoded", NULL, VPC, 415,
		NULL, ""},
	{"JSON of a stream", "POST", "CreateVPC", "application/connect+json", NULL, VPC,
		415, NULL, ""},
	{"another charset", "POST", "CreateVPC", JSON "; charset=latin1", NULL, VPC, 415,
		NULL, ""},
	{"utf-8 without a space", "POST", "ListVPCs", JSON ";charset=utf-8", NULL, "{}",
		200, NULL, "items"},
	{"utf-8", "POST", "ListVPCs", JSON "; charset=utf-8", NULL, "{}", 200, NULL,
		"items"},
	{"a parameter of binary", "POST", "ListVPCs", PROTO "; charset=utf-8", NULL, "",
		415, NULL, ""},
	{"version 2", "POST", "CreateVPC", JSON, "Connect-Protocol-Version: 2", VPC, 400,
		"invalid_argument", "Connect-Protocol-Version must be \"1\": got \"2\""},
	{"version 1", "POST", "ListVPCs", JSON, "Connect-Protocol-Version: 1", "{}", 200,
		NULL, "items"},
	{"ten digits", "POST", "ListVPCs", JSON, "Connect-Timeout-Ms: 9999999999", "{}",
		200, NULL, "items"},
	{"eleven digits", "POST", "CreateVPC", JSON, "Connect-Timeout-Ms: " ENDLESS, VPC,
		400, "invalid_argument", "parse timeout: \"" ENDLESS "\" has >10 digits"},
	{"no number", "POST", "CreateVPC", JSON, "Connect-Timeout-Ms: 1s", VPC, 400,
		"invalid_argument", "parse timeout"},
	{"br", "POST", "CreateVPC", JSON, "Content-Encoding: br", VPC, 501, "unimplemented",
		"unknown compression \"br\": supported encodings are gzip"},
	{"not gzip", "POST", "CreateVPC", JSON, "Content-Encoding: gzip", VPC, 400,
		"invalid_argument", "gzip"},
	{"identity", "POST", "ListVPCs", JSON, "Content-Encoding: identity", "{}", 200,
		NULL, "items"},
	{"no JSON", "POST", "ListVPCs", JSON, NULL, "", 400, "invalid_argument",
		"unmarshal message: zero-length payload is not a valid JSON object"},
	{"broken JSON", "POST", "CreateVPC", JSON, NULL, "{\"name\":", 400,
		"invalid_argument",
		"unmarshal message: unmarshal into *networkingv1beta1.CreateVPCRequest: "
		"proto: "},
	{"a wrong type", "POST", "CreateVPC", JSON, NULL, "{\"name\":5}", 400,
		"invalid_argument", "unmarshal message: "},
	{"a list", "POST", "ListVPCs", JSON, NULL, "[]", 400, "invalid_argument",
		"unmarshal message: "},
	{"an unknown field", "POST", "ListVPCs", JSON, NULL, "{\"pageSize\":1}", 200, NULL,
		"items"},
	{"a mask in snake_case", "POST", "UpdateVPC", JSON, NULL,
		"{\"id\":\"x\",\"updateMask\":\"vpc_prefixes\"}", 400, "invalid_argument",
		"contains invalid path: \"vpc_prefixes\""},
	{"a mask of all", "POST", "UpdateVPC", JSON, NULL,
		"{\"id\":\"x\",\"updateMask\":\"*\"}", 400, "invalid_argument",
		"contains invalid path"},
	{"garbage", "POST", "CreateVPC", PROTO, NULL, "\x0a\x7f garbage", 400,
		"invalid_argument", "unmarshal message: "},
	{"JSON as binary", "POST", "CreateVPC", PROTO, NULL, VPC, 400, "invalid_argument",
		"unmarshal message: "},
	{"a text that is not UTF-8", "POST", "CreateVPC", PROTO, NULL, "\x0a\x01\xff", 400,
		"invalid_argument", "unmarshal message: "},
	{"an unknown field of the wire", "POST", "ListVPCs", PROTO, NULL, "\x78\x01", 200,
		NULL, ""},
	{"nothing is a message", "POST", "ListVPCs", PROTO, NULL, "", 200, NULL, ""},
	{"no id", "POST", "GetVPC", PROTO, NULL, "", 404, "not_found",
		"VPC \"\" not found"},
};

static void check_row(struct rig *rig, const struct row *row)
{
	char path[256];
	struct reply r;

	snprintf(path, sizeof(path), SERVICE "%s", row->procedure);
	rig->content_type = row->content_type;
	rig->header = row->header;
	r = rig_ask(rig, row->method, path, row->body);
	if (r.status != row->status ||
		!strstr(row->code ? text_at(r.json, "message") : r.body, row->message))
		fail_msg("%s: %ld %s", row->line, r.status, r.body);
	if (row->code) {
		assert_text(r.json, "code", row->code);
		assert_non_null(strcasestr(r.headers, "content-type: application/json\r"));
	} else if (r.status == 200) {
		char *type = reply_header(&r, "content-type");

		assert_string_equal(
			type, strncmp(row->content_type, JSON, strlen(JSON)) == 0
				      ? JSON
				      : row->content_type);
		free(type);
	} else {
		assert_non_null(strcasestr(r.headers, "content-type: text/plain"));
	}
	reply_free(&r);
	rig->content_type = rig->header = NULL;
}

static void test_statements(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(*state, &rows[i]);
	assert_int_equal(list_count(*state), 0);
}

static void test_refusals_name_what_is_taken(void **state)
{
	struct rig *rig = *state;
	struct reply r = rig_ask(rig, "GET", SERVICE "ListVPCs", NULL);
	char *allow = reply_header(&r, "allow"), *post;

	assert_string_equal(allow, "POST");
	free(allow);
	reply_free(&r);
	rig->content_type = "text/xml";
	r = rig_ask(rig, "POST", SERVICE "ListVPCs", "<x/>");
	post = reply_header(&r, "accept-post");
	assert_non_null(strstr(post, "application/json"));
	assert_non_null(strstr(post, "application/proto"));
	assert_non_null(strstr(post, "application/grpc-web+proto"));
	free(post);
	reply_free(&r);
}

/* Byte for byte the answer that Connect's clients are known to get. */
static void test_error_in_full(void **state)
{
	struct reply r = rig_ask(*state, "POST", SERVICE "GetVPC", "{\"id\":\"nope\"}");

	assert_int_equal(r.status, 404);
	assert_string_equal(r.body,
		"{\"code\":\"not_found\",\"message\":\"VPC \\\"nope\\\" not found\","
		"\"details\":[{\"type\":\"google.rpc.ResourceInfo\","
		"\"value\":\"CgNWUEMSBG5vcGUiC25vIHN1Y2ggVlBD\","
		"\"debug\":{\"resourceType\":\"VPC\",\"resourceName\":\"nope\","
		"\"description\":\"no such VPC\"}}]}");
	reply_free(&r);
}

static void test_chunked_requests(void **state)
{
	struct rig *rig = *state;
	struct reply r;

	rig->header = "Transfer-Encoding: chunked";
	r = rig_ask(rig, "POST", SERVICE "CreateVPC", VPC);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	rig->content_type = PROTO;
	r = rig_send(rig, "POST", SERVICE "ListVPCs", "", 0);
	assert_int_equal(r.status, 200);
	assert_int_not_equal(r.len, 0);
	reply_free(&r);
}

static struct reply send_packed(
	struct rig *rig, const char *text, size_t len, size_t missing)
{
	size_t packed_len;
	char *packed = rpc_gzip(text, len, &packed_len);
	struct reply r;

	rig->header = "Content-Encoding: gzip";
	r = rig_send(rig, "POST", SERVICE "CreateVPC", packed, packed_len - missing);
	rig->header = NULL;
	free(packed);
	return r;
}

static void test_gzip(void **state)
{
	char *spaces = calloc(2, MEGABYTE);
	struct reply r = send_packed(*state, VPC, strlen(VPC), 0);

	assert_text(r.json, "vpc.name", "new");
	reply_free(&r);
	r = send_packed(*state, VPC, strlen(VPC), 9);
	assert_text(r.json, "code", "invalid_argument");
	reply_free(&r);
	/* short as sent, long once it is decompressed */
	memset(spaces, ' ', 2 * MEGABYTE);
	r = send_packed(*state, spaces, 2 * MEGABYTE, 0);
	assert_text(r.json, "code", "resource_exhausted");
	reply_free(&r);
	free(spaces);
	assert_int_equal(list_count(*state), 1);
}

static void test_too_long(void **state)
{
	struct rig *rig = *state;
	char *body = malloc(2 * MEGABYTE);
	struct reply r;

	memset(body, ' ', 2 * MEGABYTE);
	memcpy(body, VPC, strlen(VPC));
	r = rig_send(rig, "POST", SERVICE "CreateVPC", body, 2 * MEGABYTE);
	assert_int_equal(r.status, 429);
	assert_text(r.json, "code", "resource_exhausted");
	assert_text(r.json, "message",
		"message size 2097152 is larger than configured max 1048576");
	reply_free(&r);
	r = rig_send(rig, "POST", SERVICE "CreateVPC", body, MEGABYTE);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	free(body);
	assert_int_equal(list_count(rig), 1);
}

/* A VPC from a file with fields that the schema lacks: JSON shows them, the wire cannot. */
static void test_odd_files(void **state)
{
	char path[] = "/tmp/vpcfs-connect-XXXXXX";
	const char *text = "{\"items\":[{\"id\":\"i\",\"name\":\"n\",\"colour\":7,"
			   "\"status\":\"STATUS_NEW\"},{\"id\":\"bad\",\"name\":5}]}";
	int fd = mkstemp(path);
	struct rig rig;
	struct said s;

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	rig_start(&rig, &(struct emulator_options){.load_file = path});
	unlink(path);
	s = rpc_call(&rig, CONNECT_JSON, "GetVPC", "{\"id\":\"i\"}");
	assert_text(s.reply.json, "vpc.status", "STATUS_NEW");
	assert_int_equal(json_integer_value(at(s.reply.json, "vpc.colour")), 7);
	said_free(&s);
	s = rpc_call(&rig, CONNECT_PROTO, "GetVPC", "{\"id\":\"i\"}");
	assert_text(s.json, "vpc.name", "n");
	assert_null(at(s.json, "vpc.status"));
	said_free(&s);
	s = rpc_call(&rig, CONNECT_PROTO, "GetVPC", "{\"id\":\"bad\"}");
	assert_int_equal(s.code, 13);
	assert_non_null(strstr(s.message, "marshal message: "));
	said_free(&s);
	rpc_expect(&rig, CONNECT_PROTO, "ListVPCs", "{}", 13);
	rig_stop(&rig);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_statements),
		CASE(test_refusals_name_what_is_taken),
		CASE(test_error_in_full),
		CASE(test_chunked_requests),
		CASE(test_gzip),
		CASE(test_too_long),
		cmocka_unit_test(test_odd_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
