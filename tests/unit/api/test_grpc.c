/* SPDX-License-Identifier: MIT */
/* gRPC over a real HTTP/2 connection: the frames of each call, the answers that are accepted and
 * refused, what errors mean, and what is sent again. */
#include "rig.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "h2server.h"

#define TYPE	      "content-type: application/grpc\n"
#define OK	      "grpc-status: 0\n"
#define STRING(bytes) .body = (bytes), .size = sizeof(bytes) - 1

/* {vpc or items: [{id "a", name "n"}]}, framed. */
#define FRAME_VPC                                                                          \
	"\x00\x00\x00\x00\x08\x0A\x06\x0A\x01"                                             \
	"a\x12\x01"                                                                        \
	"n"
#define FRAME_EMPTY "\x00\x00\x00\x00\x00"
#define REPLY_VPC                                                                          \
	{                                                                                  \
		.headers = TYPE, STRING(FRAME_VPC), .trailers = OK                         \
	}

struct h2rig {
	struct rig rig;
	struct h2server *server;
};

static void h2rig_start(struct h2rig *h, const struct h2reply *replies, size_t count)
{
	h->server = h2server_start(replies, count);
	rig_open(&h->rig, API_GRPC, h2server_url(h->server));
}

static void h2rig_stop(struct h2rig *h)
{
	rig_stop(&h->rig);
	h2server_stop(h->server);
}

#define H2RIG(h, ...)                                                                      \
	static const struct h2reply replies_[] = {__VA_ARGS__};                            \
	struct h2rig h;                                                                    \
	struct api_problem problem;                                                        \
	h2rig_start(&h, replies_, ARRAY_LEN(replies_))

static void assert_frame_of(
	struct h2rig *h, unsigned index, const char *method, const char *frame, size_t len)
{
	size_t request_len;
	CLEANUP_FREE char *request = h2server_request(h->server, index, &request_len);
	static const char *const lines[] = {":method: POST\n", "\nte: trailers\n",
		"\ncontent-type: application/grpc\n", "\nauthorization: Bearer first\n",
		"\nuser-agent: test\n"};
	char path[128];
	const char *body;

	snprintf(path, sizeof(path),
		"\n:path: /coreweave.networking.v1beta1.VPCService/%s\n", method);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (!strstr(request, lines[i]))
			fail_msg("there is no %s in %s", lines[i], request);
	}
	assert_non_null(strstr(request, path));
	assert_null(strstr(request, "grpc-accept-encoding"));
	body = strstr(request, "\n\n") + 2;
	assert_int_equal(request_len - (size_t)(body - request), len);
	assert_memory_equal(body, frame, len);
}

#define assert_frame(h, index, method, frame)                                              \
	assert_frame_of(h, index, method, frame, sizeof(frame) - 1)

static void test_requests(void **state)
{
	H2RIG(h, REPLY_VPC);
	CLEANUP_DOC struct doc *read = NULL, *made = NULL, *changed = NULL, *gone = NULL;
	CLEANUP_DOC_LIST struct doc_list list = {0};
	static const char patch[] =
		"{\"updateMask\":\"vpcPrefixes\",\"vpcPrefixes\":[{\"name\":\"p\"}]}";

	assert_int_equal(api_list(h.rig.api, &h.rig.op, NULL, &list, &problem), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(doc_name(list.docs[0]), "n");
	assert_frame(&h, 0, "ListVPCs", FRAME_EMPTY);
	assert_int_equal(api_get(h.rig.api, &h.rig.op, "a", NULL, &read, &problem), 0);
	assert_string_equal(doc_id(read), "a");
	assert_frame(&h, 1, "GetVPC",
		"\x00\x00\x00\x00\x03\x0A\x01"
		"a");
	assert_int_equal(
		api_create(h.rig.api, &h.rig.op, "{\"name\":\"b\"}", 12, &made, &problem),
		0);
	assert_string_equal(doc_id(made), "a");
	assert_frame(&h, 2, "CreateVPC",
		"\x00\x00\x00\x00\x03\x0A\x01"
		"b");
	assert_int_equal(api_patch(h.rig.api, &h.rig.op, "a", patch, strlen(patch), "m",
				 &changed, &problem),
		0);
	assert_string_equal(doc_id(changed), "a");
	assert_frame(&h, 3, "UpdateVPC",
		"\x00\x00\x00\x00\x18\x0A\x0E\x0A\x0C"
		"vpc_prefixes\x12\x01"
		"a\x2A\x03\x0A\x01"
		"p");
	assert_int_equal(api_delete(h.rig.api, &h.rig.op, "a", &gone, &problem), 0);
	assert_frame(&h, 4, "DeleteVPC",
		"\x00\x00\x00\x00\x03\x0A\x01"
		"a");
	assert_int_equal(h2server_requests(h.server), 5);
	assert_string_equal(h.rig.events[3].method, "UpdateVPC");
	assert_string_equal(h.rig.paths[3], "a");
	assert_string_equal(h.rig.events[3].mask, "m");
	assert_int_equal(h.rig.events[3].status, 200);
	h2rig_stop(&h);
}

/* curl 7.88 can send one request over such a connection. */
static void test_connections(void **state)
{
	H2RIG(h, REPLY_VPC);
	bool reuses = curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000;

	for (unsigned i = 1; i <= 4; i++) {
		CLEANUP_DOC struct doc *doc = NULL;

		assert_int_equal(
			api_get(h.rig.api, &h.rig.op, "a", NULL, &doc, &problem), 0);
		assert_int_equal(h2server_connections(h.server), reuses ? 1 : i);
	}
	h2rig_stop(&h);
}

static void test_empty_list(void **state)
{
	H2RIG(h, {.headers = TYPE, STRING(FRAME_EMPTY), .trailers = OK});
	CLEANUP_DOC_LIST struct doc_list list = {0};
	struct doc *doc = NULL;

	assert_int_equal(api_list(h.rig.api, &h.rig.op, NULL, &list, &problem), 0);
	assert_int_equal(list.count, 0);
	/* The answer holds no VPC. */
	assert_int_equal(
		api_get(h.rig.api, &h.rig.op, "a", NULL, &doc, &problem), -EBADMSG);
	assert_int_equal(
		api_patch(h.rig.api, &h.rig.op, "a", "{}", 2, "", &doc, &problem), 0);
	assert_null(doc);
	h2rig_stop(&h);
}

/* Answers that cannot be used although the HTTP status is 200. */
static void test_unusable(void **state)
{
	static const struct h2reply rows[] = {
		{.headers = TYPE, .body = "", .trailers = OK},
		{.headers = TYPE OK},
		{.headers = TYPE, STRING("\0\0\0"), .trailers = OK},
		{.headers = TYPE, STRING("\0\0\0\0\x09\x0A\x06\x0A\x01"), .trailers = OK},
		{.headers = TYPE, STRING(FRAME_VPC FRAME_VPC), .trailers = OK},
		{.headers = TYPE, STRING(FRAME_EMPTY FRAME_EMPTY), .trailers = OK},
		{.headers = TYPE, STRING("\1\0\0\0\0"), .trailers = OK},
		{.headers = TYPE, STRING("\x80\0\0\0\0"), .trailers = OK},
		{.headers = TYPE, STRING("\0\xFF\xFF\xFF\xFF"), .trailers = OK},
		{.headers = TYPE,
			STRING("\0\0\0\0\x03\x0A\x05"
			       "a"),
			.trailers = OK},
		{.headers = TYPE, STRING("garbage"), .trailers = OK},
		{.headers = TYPE, STRING(FRAME_VPC)},
		{.headers = TYPE},
		{.headers = "content-type: text/html\n", STRING("<title>Log in</title>")},
		{.headers = "content-type: application/json\n", STRING("{\"items\":[]}")},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct api_problem problem;
		struct doc_list list = {0};
		struct doc *doc = NULL;
		struct h2rig h;

		h2rig_start(&h, &rows[i], 1);
		if (api_list(h.rig.api, &h.rig.op, NULL, &list, &problem) != -EBADMSG)
			fail_msg("row %zu: %d %s", i, problem.errnum, problem.text);
		assert_true(problem.text[0] != '\0' && problem.sent);
		assert_int_equal(
			api_patch(h.rig.api, &h.rig.op, "a", "{}", 2, "", &doc, &problem),
			0);
		assert_null(doc);
		assert_int_equal(h2server_requests(h.server), 2);
		h2rig_stop(&h);
	}
}

struct expected {
	const char *trailers;
	int errnum;
	int http_status;
	const char *code;
	const char *text; /* NULL: not checked */
};

static void check_error(const struct expected *row, const struct h2reply *reply)
{
	struct api_problem problem;
	struct doc *doc = NULL;
	struct h2rig h;

	h2rig_start(&h, reply, 1);
	if (api_patch(h.rig.api, &h.rig.op, "a", "{}", 2, "", &doc, &problem) !=
		-row->errnum)
		fail_msg("%s: %d %s", row->trailers, problem.errnum, problem.text);
	assert_string_equal(problem.code, row->code);
	assert_int_equal(problem.http_status, row->http_status);
	assert_int_equal(h.rig.events[0].status, row->http_status);
	assert_int_equal(h.rig.events[0].errnum, row->errnum);
	if (row->text)
		assert_string_equal(problem.text, row->text);
	h2rig_stop(&h);
}

/* Status {5, "VPC \"nope\" not found", [ResourceInfo{"VPC", "nope", "", "no such VPC"}]} */
#define DETAILS                                                                            \
	"CAUSFFZQQyAibm9wZSIgbm90IGZvdW5kGkcKK3R5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2"           \
	"xlLnJwYy5SZXNvdXJjZUluZm8SGAoDVlBDEgRub3BlIgtubyBzdWNoIFZQQw"

/* Each error once in trailers after an empty body, and once in headers only. */
static void test_errors(void **state)
{
	static const struct expected rows[] = {
		{"grpc-status: 5\ngrpc-message: VPC \"nope\" not%20found\n", ENOENT, 404,
			"NOT_FOUND", "VPC \"nope\" not found"},
		{"grpc-status: 5\ngrpc-status-details-bin: " DETAILS "\n", ENOENT, 404,
			"NOT_FOUND", "VPC \"nope\" not found\nVPC 'nope': no such VPC"},
		{"grpc-status: 5\ngrpc-message: other\ngrpc-status-details-bin: " DETAILS
		 "\n",
			ENOENT, 404, "NOT_FOUND",
			"VPC \"nope\" not found\nVPC 'nope': no such VPC"},
		{"grpc-status: 9\ngrpc-message: b\xC3\xBC%c3%BC%\n"
		 "grpc-status-details-bin: *\n",
			EBUSY, 400, "FAILED_PRECONDITION", "b\xC3\xBC\xC3\xBC%"},
		{"grpc-status: 9\ngrpc-message: m%FF%0a%00x\n"
		 "grpc-status-details-bin: /w\n",
			EBUSY, 400, "FAILED_PRECONDITION", "m?\n?x"},
		{"grpc-status: 1\n", EREMOTEIO, 499, "CANCELLED", NULL},
		{"grpc-status: 2\n", EREMOTEIO, 500, "UNKNOWN",
			"HTTP 500: the server failed; the answer gives no reason"},
		{"grpc-status: 3\n", EINVAL, 400, "INVALID_ARGUMENT", NULL},
		{"grpc-status: 4\n", ETIMEDOUT, 504, "DEADLINE_EXCEEDED", NULL},
		{"grpc-status: 6\n", EEXIST, 409, "ALREADY_EXISTS", NULL},
		{"grpc-status: 7\n", EACCES, 403, "PERMISSION_DENIED", NULL},
		{"grpc-status: 8\n", EBUSY, 429, "RESOURCE_EXHAUSTED", NULL},
		{"grpc-status: 10\n", EBUSY, 409, "ABORTED", NULL},
		{"grpc-status: 11\n", ERANGE, 400, "OUT_OF_RANGE", NULL},
		{"grpc-status: 12\n", EOPNOTSUPP, 501, "UNIMPLEMENTED", NULL},
		{"grpc-status: 13\n", EREMOTEIO, 500, "INTERNAL", NULL},
		{"grpc-status: 14\n", EREMOTEIO, 503, "UNAVAILABLE", NULL},
		{"grpc-status: 15\n", EREMOTEIO, 500, "DATA_LOSS", NULL},
		{"grpc-status: 16\n", EACCES, 401, "UNAUTHENTICATED", NULL},
		{"grpc-status: 17\n", EREMOTEIO, 500, "UNKNOWN", NULL},
		{"grpc-status: -1\n", EREMOTEIO, 500, "UNKNOWN", NULL},
		{"grpc-status: five\n", EREMOTEIO, 500, "UNKNOWN", NULL},
		{"grpc-status: 99999999999999999999\n", EREMOTEIO, 500, "UNKNOWN", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf headers = BUF_INIT(4096);
		struct h2reply reply = {
			.headers = TYPE, .body = "", .trailers = rows[i].trailers};

		check_error(&rows[i], &reply);
		reply.body = "\0\0\0\0";
		reply.size = 4;
		check_error(&rows[i], &reply);
		assert_int_equal(buf_addf(&headers, TYPE "%s", rows[i].trailers), 0);
		reply = (struct h2reply){.headers = buf_str(&headers)};
		check_error(&rows[i], &reply);
	}
}

/* Refused before gRPC was spoken: the HTTP status says what it means, and no 404 is the API's. */
static void test_plain_refusals(void **state)
{
	static const struct expected rows[] = {
		{"content-type: text/plain\n", EBADMSG, 404, "", NULL},
		{"content-type: text/plain\n", EINVAL, 415, "", NULL},
		{"content-type: text/plain\n", EREMOTEIO, 505, "",
			"HTTP 505: no gRPC here"},
		{"content-type: text/plain\n", EACCES, 403, "", NULL},
		{"grpc-status: 0\n", EREMOTEIO, 500, "", NULL},
		{"grpc-status: 5\n", ENOENT, 404, "NOT_FOUND", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct h2reply reply = {.status = rows[i].http_status,
			.headers = rows[i].trailers,
			STRING("no gRPC here")};

		check_error(&rows[i], &reply);
	}
}

#define ERROR(code)                                                                        \
	{                                                                                  \
		.headers = TYPE "grpc-status: " #code "\n"                                 \
	}
/* Status {8, "", [QuotaFailure{violations: [{"org", "10 of 10 VPCs"}]}]} */
#define QUOTA                                                                              \
	"grpc-status: 8\n"                                                                 \
	"grpc-status-details-bin: CAgaSAordHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLl"      \
	"F1b3RhRmFpbHVyZRIZChcKBm9yZzpjdxINMTAgb2YgMTAgVlBDcw\n"

static void test_repetition(void **state)
{
	H2RIG(h, ERROR(14), ERROR(4), ERROR(8), REPLY_VPC, {.headers = TYPE QUOTA},
		ERROR(13), ERROR(14));
	CLEANUP_DOC struct doc *doc = NULL;
	struct doc *none = NULL;

	assert_int_equal(api_get(h.rig.api, &h.rig.op, "a", NULL, &doc, &problem), 0);
	assert_int_equal(h.rig.events[0].attempts, 4);
	assert_int_equal(
		api_get(h.rig.api, &h.rig.op, "a", NULL, &none, &problem), -EDQUOT);
	assert_string_equal(problem.text, "org:cw: 10 of 10 VPCs");
	assert_int_equal(h.rig.events[1].attempts, 1);
	assert_int_equal(
		api_get(h.rig.api, &h.rig.op, "a", NULL, &none, &problem), -EREMOTEIO);
	assert_false(problem.may_repeat);
	assert_int_equal(api_patch(h.rig.api, &h.rig.op, "a", "{}", 2, "", &none, &problem),
		-EREMOTEIO);
	assert_true(problem.may_repeat);
	assert_int_equal(h.rig.events[3].attempts, 1);
	assert_int_equal(h2server_requests(h.server), 7);
	h2rig_stop(&h);
}

static void test_token(void **state)
{
	H2RIG(h, ERROR(16), REPLY_VPC);
	CLEANUP_DOC struct doc *doc = NULL;
	CLEANUP_FREE char *request = NULL;

	assert_int_equal(api_create(h.rig.api, &h.rig.op, "{}", 2, &doc, &problem), 0);
	request = h2server_request(h.server, 1, NULL);
	assert_non_null(strstr(request, "authorization: Bearer second\n"));
	h2rig_stop(&h);
}

/* curl itself sends a refused request again; 8.14 does not. */
static bool curl_repeats_refused(void)
{
	return curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
}

/* A refused stream was not processed, so curl may send even a change again. A stream that ends
 * early may have been processed. */
static void test_streams(void **state)
{
	H2RIG(h, {.kind = H2REPLY_REFUSE}, REPLY_VPC,
		{.kind = H2REPLY_RESET, .headers = TYPE, STRING("\0\0\0")});
	CLEANUP_DOC struct doc *doc = NULL;
	struct doc *none = NULL;
	int r;

	r = api_create(h.rig.api, &h.rig.op, "{}", 2, &doc, &problem);
	if (!curl_repeats_refused()) {
		assert_int_equal(r, -EREMOTEIO);
		assert_int_equal(h2server_requests(h.server), 1);
		r = api_create(h.rig.api, &h.rig.op, "{}", 2, &doc, &problem);
	}
	assert_int_equal(r, 0);
	assert_int_equal(h2server_requests(h.server), 2);
	r = api_create(h.rig.api, &h.rig.op, "{}", 2, &none, &problem);
	/* depends on whether the answer had begun */
	assert_true(r == -EBADMSG || r == -EREMOTEIO);
	assert_true(problem.sent);
	assert_int_equal(problem.http_status, 0);
	assert_int_equal(h2server_requests(h.server), 3);
	h2rig_stop(&h);
}

static void test_closed_without_an_answer(void **state)
{
	H2RIG(h, {.kind = H2REPLY_CLOSE});
	struct doc *none = NULL;

	assert_int_equal(
		api_create(h.rig.api, &h.rig.op, "{}", 2, &none, &problem), -EREMOTEIO);
	assert_null(strstr(problem.text, "in the middle of the answer"));
	assert_true(problem.sent);
	assert_int_equal(problem.http_status, 0);
	assert_int_equal(h2server_requests(h.server), 1);
	h2rig_stop(&h);
}

/* The server does not speak HTTP/2. */
static void test_http1_server(void **state)
{
	RIG_WITH(rig, API_GRPC, {.status = 505, .body = "HTTP/1.1 only"});
	struct doc_list list = {0};

	assert_true(api_list(rig.api, &rig.op, NULL, &list, &problem) < 0);
	assert_true(problem.errnum == EREMOTEIO || problem.errnum == EBADMSG);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_empty_list),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_plain_refusals),
		cmocka_unit_test(test_repetition),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_closed_without_an_answer),
		cmocka_unit_test(test_http1_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
