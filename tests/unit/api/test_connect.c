/* SPDX-License-Identifier: MIT */
/* Connect: the requests of each call in both codecs, which codec a mount uses, the answers that are
 * accepted and refused, and what errors mean. */
#include "rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SERVICE	  "POST /coreweave.networking.v1beta1.VPCService/"
#define JSON	  "Content-Type: application/json\r\n"
#define WIRE	  "Content-Type: application/proto\r\n"
#define NOT_FOUND "{\"code\":\"not_found\",\"message\":\"VPC \\\"a\\\" not found\"}"

/* A VPC {id "a", name "n"} as the member `vpc` of an answer, or as the only item of a list. */
#define WIRE_VPC                                                                           \
	"\x0A\x06\x0A\x01"                                                                 \
	"a\x12\x01"                                                                        \
	"n"
#define REPLY_WIRE(bytes)                                                                  \
	{                                                                                  \
		.headers = WIRE, .body = (bytes), .size = sizeof(bytes) - 1                \
	}

static void assert_body(
	struct rig *rig, unsigned index, const char *method, const char *body)
{
	char start[128], end[512];

	snprintf(start, sizeof(start), SERVICE "%s HTTP/1.1\r\n", method);
	snprintf(end, sizeof(end), "\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
	assert_request(rig, index, start, end);
	assert_header(rig, index, "Content-Type: application/json");
	assert_header(rig, index, "Connect-Protocol-Version: 1");
	assert_header(rig, index, "Authorization: Bearer first");
}

static void test_requests(void **state)
{
	RIG_WITH(rig, API_CONNECT, {.headers = JSON, .body = "{}"},
		{.headers = JSON, .body = "{\"vpc\":" VPC("a\\\"") "}"});
	CLEANUP_DOC struct doc *read = NULL, *made = NULL, *changed = NULL, *gone = NULL;
	CLEANUP_DOC_LIST struct doc_list list = {0};
	static const char id[] = "a\"", patch[] = "{\"updateMask\":\"vpcPrefixes\"}";

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	assert_int_equal(list.count, 0);
	assert_body(&rig, 0, "ListVPCs", "{}");
	assert_int_equal(api_get(rig.api, &rig.op, id, NULL, &read, &problem), 0);
	assert_string_equal(doc_id(read), id);
	assert_body(&rig, 1, "GetVPC", "{\"id\":\"a\\\"\"}");
	assert_int_equal(
		api_create(rig.api, &rig.op, "{\"name\":\"b\"}", 12, &made, &problem), 0);
	assert_string_equal(doc_id(made), id);
	assert_body(&rig, 2, "CreateVPC", "{\"name\":\"b\"}");
	assert_int_equal(api_patch(rig.api, &rig.op, id, patch, strlen(patch),
				 "vpcPrefixes", &changed, &problem),
		0);
	assert_string_equal(doc_id(changed), id);
	assert_body(
		&rig, 3, "UpdateVPC", "{\"id\":\"a\\\"\",\"updateMask\":\"vpcPrefixes\"}");
	assert_int_equal(api_delete(rig.api, &rig.op, id, &gone, &problem), 0);
	assert_string_equal(doc_id(gone), id);
	assert_body(&rig, 4, "DeleteVPC", "{\"id\":\"a\\\"\"}");
	assert_int_equal(testserver_requests(rig.server), 5);
	rig_stop(&rig);
}

static void test_pages(void **state)
{
	RIG_WITH(rig, API_CONNECT,
		{.headers = JSON,
			.body = "{\"items\":[" VPC("a") "],\"nextPageToken\":\"p/2\"}"},
		{.headers = JSON, .body = "{\"items\":[" VPC("b") "]}"});
	CLEANUP_DOC_LIST struct doc_list list = {0};

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	assert_int_equal(list.count, 2);
	assert_body(&rig, 1, "ListVPCs", "{\"pageToken\":\"p/2\"}");
	rig_stop(&rig);
}

/* A call that no message can express is not sent. */
static void test_bad_requests(void **state)
{
	static const struct {
		const char *id;
		const char *body;
	} rows[] = {{"\xFF", "{}"}, {"\xC0\x80", "{}"}, {"a", "[]"}, {"a", ""}, {"a", "{"}};
	RIG_WITH(rig, API_CONNECT, {.headers = JSON, .body = "{}"});
	struct doc *doc = NULL;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(api_patch(rig.api, &rig.op, rows[i].id, rows[i].body,
					 strlen(rows[i].body), "", &doc, &problem),
			-EINVAL);
		assert_false(problem.sent);
	}
	assert_int_equal(testserver_requests(rig.server), 0);
	rig_stop(&rig);
}

static void assert_wire_body(
	struct rig *rig, unsigned index, const char *method, const char *body, size_t len)
{
	CLEANUP_FREE char *request = testserver_request(rig->server, index);
	char start[128], length[64];
	const char *got;

	snprintf(start, sizeof(start), SERVICE "%s HTTP/1.1\r\n", method);
	snprintf(length, sizeof(length), "Content-Length: %zu", len);
	assert_memory_equal(request, start, strlen(start));
	assert_header(rig, index, length);
	assert_header(rig, index, "Content-Type: application/proto");
	assert_header(rig, index, "Connect-Protocol-Version: 1");
	got = strstr(request, "\r\n\r\n") + 4;
	assert_memory_equal(got, body, len);
}

#define assert_wire(rig, index, method, bytes)                                             \
	assert_wire_body(rig, index, method, bytes, sizeof(bytes) - 1)

static void test_binary_requests(void **state)
{
	RIG_WITH(
		rig, API_CONNECT, {.status = 415}, {.headers = WIRE}, REPLY_WIRE(WIRE_VPC));
	CLEANUP_DOC struct doc *read = NULL, *made = NULL, *changed = NULL, *gone = NULL;
	CLEANUP_DOC_LIST struct doc_list list = {0};
	static const char make[] = "{\"name\":\"b\",\"ingress\":{\"disablePublicServices\":"
				   "true},\"unheard\":[1]}",
			  patch[] = "{\"updateMask\":\"vpcPrefixes,dhcp.dns.servers\","
				    "\"dhcp\":{\"dns\":{\"servers\":[]}}}";

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	assert_int_equal(list.count, 0);
	assert_body(&rig, 0, "ListVPCs", "{}");
	assert_wire(&rig, 1, "ListVPCs", "");
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &read, &problem), 0);
	assert_string_equal(doc_name(read), "n");
	assert_wire(&rig, 2, "GetVPC",
		"\x0A\x01"
		"a");
	assert_int_equal(
		api_create(rig.api, &rig.op, make, strlen(make), &made, &problem), 0);
	assert_string_equal(doc_id(made), "a");
	assert_wire(&rig, 3, "CreateVPC",
		"\x0A\x01"
		"b\x42\x02\x08\x01");
	assert_int_equal(api_patch(rig.api, &rig.op, "a", patch, strlen(patch), "m",
				 &changed, &problem),
		0);
	assert_string_equal(doc_id(changed), "a");
	assert_wire(&rig, 4, "UpdateVPC",
		"\x0A\x20\x0A\x0C"
		"vpc_prefixes\x0A\x10"
		"dhcp.dns.servers\x12\x01"
		"a\x4A\x02\x0A\x00");
	assert_int_equal(api_delete(rig.api, &rig.op, "a", &gone, &problem), 0);
	assert_wire(&rig, 5, "DeleteVPC",
		"\x0A\x01"
		"a");
	rig_stop(&rig);
}

static void test_binary_list(void **state)
{
	RIG_WITH(rig, API_CONNECT, {.status = 415},
		REPLY_WIRE(WIRE_VPC "\x0A\x0F\x0A\x01"
				    "b\x12\x01"
				    "m\x18\x03\x6A\x02\x08\x01\xF0\x01\x01"));
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_BUF struct buf text = BUF_INIT(1000);

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(doc_id(list.docs[0]), "a");
	assert_string_equal(doc_status(list.docs[1]), "STATUS_READY");
	assert_int_equal(doc_show(list.docs[1], "egress/disablePublicAccess", &text), 0);
	assert_string_equal(buf_str(&text), "true\n");
	rig_stop(&rig);
}

/* Which answers to the first list make the mount use binary bodies, and which do not. */
static void test_choice(void **state)
{
	static const struct {
		struct reply first;
		bool is_binary;
	} rows[] = {
		{{.status = 415}, true},
		{{.status = 415,
			 .headers = "Accept-Post: application/proto\r\n",
			 .body = "unsupported"},
			true},
		{{.status = 501, .headers = JSON, .body = "{\"code\":\"unimplemented\"}"},
			true},
		{{.status = 400,
			 .headers = JSON,
			 .body = "{\"code\":\"invalid_argument\",\"message\":\"unknown "
				 "codec \\\"json\\\"\"}"},
			true},
		{{.status = 404}, false},
		{{.status = 400}, false},
		{{.status = 403}, false},
		{{.status = 500}, false},
		{{.status = 501}, false},
		{{.headers = JSON, .body = "{\"nonsense\":1}"}, false},
		{{.headers = WIRE, .body = ""}, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct reply replies[] = {rows[i].first, REPLY_WIRE(WIRE_VPC)};
		struct api_problem problem;
		struct rig rig;
		CLEANUP_DOC_LIST struct doc_list list = {0};
		int r;

		rig_start_with(&rig, API_CONNECT, replies, 2);
		r = api_list(rig.api, &rig.op, NULL, &list, &problem);
		assert_int_equal(r == 0, rows[i].is_binary);
		assert_int_equal(
			testserver_requests(rig.server), rows[i].is_binary ? 2 : 1);
		assert_int_equal(rig.event_count, testserver_requests(rig.server));
		rig_stop(&rig);
	}
}

/* The first list decides the codec: no later call is sent again in the other one. */
static void test_choice_stays(void **state)
{
	RIG_WITH(rig, API_CONNECT, {.headers = JSON, .body = "{}"},
		{.status = 415, .body = "no JSON here"});
	CLEANUP_DOC_LIST struct doc_list list = {0}, again = {0};
	struct doc *doc = NULL;

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	assert_int_equal(api_list(rig.api, &rig.op, NULL, &again, &problem), -EINVAL);
	assert_int_equal(api_create(rig.api, &rig.op, "{}", 2, &doc, &problem), -EINVAL);
	assert_int_equal(testserver_requests(rig.server), 3);
	assert_body(&rig, 2, "CreateVPC", "{}");
	rig_stop(&rig);
}

static void test_a_change_does_not_choose(void **state)
{
	RIG_WITH(rig, API_CONNECT, {.status = 415}, {.headers = JSON, .body = "{}"});
	struct doc *doc = NULL;

	assert_int_equal(api_create(rig.api, &rig.op, "{}", 2, &doc, &problem), -EINVAL);
	assert_int_equal(testserver_requests(rig.server), 1);
	assert_int_equal(api_create(rig.api, &rig.op, "{}", 2, &doc, &problem), 0);
	assert_body(&rig, 1, "CreateVPC", "{}");
	rig_stop(&rig);
}

/* A success that is not an answer of Connect. */
static void test_unusable(void **state)
{
	static const struct reply replies[] = {
		{.headers = "Content-Type: text/html\r\n", .body = "<title>Log in</title>"},
		{.headers = "Content-Type: text/html\r\n", .body = "{}"},
		{.body = "{}"},
		{.headers = WIRE, .body = "{}"},
		{.headers = "Content-Type: application/jsonp\r\n", .body = "{}"},
		{.headers = JSON, .body = ""},
		{.headers = JSON, .body = "{"},
		{.headers = JSON, .body = "[]"},
		{.status = 201, .headers = JSON, .body = "{}"},
		{.status = 204},
		{.status = 206, .headers = JSON, .body = "{}"},
		{.status = 304},
	};

	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		struct api_problem problem;
		struct doc_list list = {0};
		struct doc *doc = NULL;
		struct rig rig;

		rig_start_with(&rig, API_CONNECT, &replies[i], 1);
		assert_int_equal(
			api_list(rig.api, &rig.op, NULL, &list, &problem), -EBADMSG);
		assert_int_equal(
			api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EBADMSG);
		assert_true(problem.sent);
		assert_int_equal(testserver_requests(rig.server), 2);
		rig_stop(&rig);
	}
}

static void test_binary_unusable(void **state)
{
	static const struct reply rows[] = {
		{.headers = "Content-Type: text/html\r\n",
			.body = WIRE_VPC,
			.size = sizeof(WIRE_VPC) - 1},
		{.headers = "Content-Type: text/html\r\n"},
		{.headers = JSON, .body = "{}"},
		{.headers = WIRE, .body = "{}"},
		REPLY_WIRE("\x0A\x05"
			   "abc"),
		REPLY_WIRE("\x0A"),
		REPLY_WIRE("\x0A\x03\x0A\x01\xFF"),
		REPLY_WIRE("\x0A\x02\x08\x01"),
		{.headers = WIRE},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct reply replies[] = {
			{.status = 415}, {.headers = WIRE}, rows[i]};
		struct api_problem problem;
		CLEANUP_DOC_LIST struct doc_list list = {0};
		struct doc *doc = NULL;
		struct rig rig;

		rig_start_with(&rig, API_CONNECT, replies, 3);
		assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
		assert_int_equal(
			api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EBADMSG);
		assert_true(problem.text[0] != '\0');
		/* After a change a later question shows whether it was made. */
		assert_int_equal(
			api_patch(rig.api, &rig.op, "a", "{}", 2, "", &doc, &problem), 0);
		assert_null(doc);
		rig_stop(&rig);
	}
}

#define RESOURCE_INFO "CgNWUEMSBG5vcGUiC25vIHN1Y2ggVlBD"

static const struct {
	int status;
	const char *body;
	int errnum;
	const char *code;
	const char *text; /* NULL: not checked */
} errors[] = {
	{404,
		"{\"code\":\"not_found\",\"message\":\"VPC \\\"nope\\\" not "
		"found\","
		"\"details\":[{\"type\":\"google.rpc.ResourceInfo\",\"value\":"
		"\"" RESOURCE_INFO "\",\"debug\":{\"x\":1}}]}",
		ENOENT, "NOT_FOUND", "VPC \"nope\" not found\nVPC 'nope': no such VPC"},
	{400, "{\"code\":\"failed_precondition\",\"message\":\"busy\"}", EBUSY,
		"FAILED_PRECONDITION", "busy"},
	{499, "{\"code\":\"canceled\"}", EREMOTEIO, "CANCELLED", NULL},
	{400, "{\"code\":\"out_of_range\"}", ERANGE, "OUT_OF_RANGE", NULL},
	{409, "{\"code\":\"already_exists\"}", EEXIST, "ALREADY_EXISTS", NULL},
	{409, "{\"code\":\"aborted\"}", EBUSY, "ABORTED", NULL},
	{403, "{\"code\":\"permission_denied\"}", EACCES, "PERMISSION_DENIED", NULL},
	{501, "{\"code\":\"unimplemented\"}", EOPNOTSUPP, "UNIMPLEMENTED", NULL},
	{500, "{\"code\":\"internal\"}", EREMOTEIO, "INTERNAL", NULL},
	{500, "{\"code\":\"data_loss\"}", EREMOTEIO, "DATA_LOSS", NULL},
	{500, "{\"code\":\"unknown\",\"message\":\"m\"}", EREMOTEIO, "UNKNOWN", "m"},
	{429,
		"{\"code\":\"resource_exhausted\",\"details\":[{\"type\":"
		"\"google.rpc.QuotaFailure\",\"value\":"
		"\"ChQKA29yZxINMTAgb2YgMTAgVlBDcw\"}]}",
		EDQUOT, "RESOURCE_EXHAUSTED", "org: 10 of 10 VPCs"},
	{409, "{\"code\":\"newer_than_this\",\"message\":\"m\"}", EEXIST, "", "m"},
	{404, "{\"code\":\"newer_than_this\"}", EBADMSG, "", NULL},
	{404, "", EBADMSG, "", NULL},
	{404, "404 page not found\n", EBADMSG, "", NULL},
	{404, "<html>", EBADMSG, "", NULL},
	{400, "", EINVAL, "", NULL},
	{405, "", EOPNOTSUPP, "", NULL},
	{413, "", EFBIG, "", NULL},
	{408, "", ETIMEDOUT, "", NULL},
	{500, "", EREMOTEIO, "", NULL},
	{302, "", EBADMSG, "", NULL},
};

/* The code counts if the body is usable, else the HTTP status. */
static void test_errors(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct reply reply = {.status = errors[i].status,
			.headers = JSON,
			.body = errors[i].body};
		struct api_problem problem;
		struct doc *doc = NULL;
		struct rig rig;

		rig_start_with(&rig, API_CONNECT, &reply, 1);
		if (api_get(rig.api, &rig.op, "a", NULL, &doc, &problem) !=
			-errors[i].errnum)
			fail_msg("row %zu: %d %s", i, problem.errnum, problem.text);
		assert_string_equal(problem.code, errors[i].code);
		assert_int_equal(problem.http_status, errors[i].status);
		if (errors[i].text)
			assert_string_equal(problem.text, errors[i].text);
		assert_int_equal(testserver_requests(rig.server), 1);
		rig_stop(&rig);
	}
}

/* They are JSON whatever the codec is. */
static void test_binary_errors(void **state)
{
	RIG_WITH(rig, API_CONNECT, {.status = 415}, {.headers = WIRE},
		{.status = 404, .headers = JSON, .body = NOT_FOUND},
		{.status = 409, .headers = WIRE, .body = "{\"code\":\"aborted\"}"},
		{.headers = "Content-Type: text/html\r\n"}, {.headers = ""});
	CLEANUP_DOC_LIST struct doc_list list = {0};
	struct doc *doc = NULL;

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	assert_int_equal(
		api_patch(rig.api, &rig.op, "a", "{}", 2, "", &doc, &problem), -ENOENT);
	assert_string_equal(problem.text, "VPC \"a\" not found");
	assert_int_equal(
		api_patch(rig.api, &rig.op, "a", "{}", 2, "", &doc, &problem), -EBUSY);
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EBADMSG);
	assert_non_null(strstr(
		problem.text, "its content type is text/html, expected application/proto"));
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EBADMSG);
	assert_non_null(strstr(problem.text, "its content type is not given"));
	rig_stop(&rig);
}

static void test_gone(void **state)
{
	RIG_WITH(rig, API_CONNECT, {.status = 404, .headers = JSON, .body = NOT_FOUND});
	struct doc *doc = NULL;
	struct doc_list list = {0};

	assert_int_equal(api_delete(rig.api, &rig.op, "a", &doc, &problem), 0);
	assert_int_equal(
		api_patch(rig.api, &rig.op, "a", "{}", 2, "", &doc, &problem), -ENOENT);
	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), -EBADMSG);
	rig_stop(&rig);
}

static void test_repetition(void **state)
{
	RIG_WITH(rig, API_CONNECT,
		{.status = 503, .headers = JSON, .body = "{\"code\":\"unavailable\"}"},
		{.status = 429,
			.headers = JSON,
			.body = "{\"code\":\"resource_exhausted\"}"},
		{.headers = JSON, .body = "{\"vpc\":" VPC("a") "}"},
		{.status = 504,
			.headers = JSON,
			.body = "{\"code\":\"deadline_exceeded\"}"});
	CLEANUP_DOC struct doc *doc = NULL;
	struct doc *none = NULL;

	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), 0);
	assert_int_equal(rig.events[0].attempts, 3);
	assert_int_equal(api_patch(rig.api, &rig.op, "a", "{}", 2, "m", &none, &problem),
		-ETIMEDOUT);
	assert_true(problem.may_repeat);
	assert_int_equal(testserver_requests(rig.server), 4);
	rig_stop(&rig);
}

static void test_token(void **state)
{
	RIG_WITH(rig, API_CONNECT,
		{.status = 401, .headers = JSON, .body = "{\"code\":\"unauthenticated\"}"},
		{.headers = JSON, .body = "{\"vpc\":" VPC("a") "}"});
	CLEANUP_DOC struct doc *doc = NULL;

	assert_int_equal(api_create(rig.api, &rig.op, "{}", 2, &doc, &problem), 0);
	assert_header(&rig, 1, "Authorization: Bearer second");
	assert_body(&rig, 0, "CreateVPC", "{}");
	rig_stop(&rig);
}

/* A POST has no If-None-Match. */
static void test_no_etag(void **state)
{
	RIG_WITH(rig, API_CONNECT,
		{.headers = JSON "ETag: \"1\"\r\n", .body = "{\"vpc\":" VPC("a") "}"});
	CLEANUP_DOC struct doc *first = NULL, *second = NULL;
	struct api_tag tag = {""};

	assert_int_equal(api_get(rig.api, &rig.op, "a", &tag, &first, &problem), 0);
	assert_int_equal(api_get(rig.api, &rig.op, "a", &tag, &second, &problem), 0);
	assert_false(tag.unchanged);
	CLEANUP_FREE char *request = testserver_request(rig.server, 1);

	assert_null(strstr(request, "If-None-Match"));
	rig_stop(&rig);
}

static void test_log(void **state)
{
	static const struct {
		struct api_call call;
		const char *line;
	} rows[] = {
		{{.verb = API_CREATE, .body = "{}", .len = 2}, "CreateVPC - - {}"},
		{{.verb = API_UPDATE, .id = "a", .mask = "m,n", .body = "{}", .len = 2},
			"UpdateVPC a m,n {}"},
		{{.verb = API_DELETE, .id = "a b\n"}, "DeleteVPC a%20b%0A -"},
	};
	RIG_WITH(rig, API_CONNECT, {.status = 404, .headers = JSON, .body = NOT_FOUND});
	struct doc *doc = NULL;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf line = BUF_INIT(1000);

		assert_int_equal(api_print_call(rig.api, &rows[i].call, &line), 0);
		assert_string_equal(buf_str(&line), rows[i].line);
	}
	(void)api_patch(rig.api, &rig.op, "a", "{}", 2, "m", &doc, &problem);
	assert_string_equal(rig.events[0].method, "UpdateVPC");
	assert_string_equal(rig.paths[0], "a");
	assert_string_equal(rig.events[0].mask, "m");
	assert_int_equal(rig.events[0].status, 404);
	assert_int_equal(rig.events[0].errnum, ENOENT);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_bad_requests),
		cmocka_unit_test(test_binary_requests),
		cmocka_unit_test(test_binary_list),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_choice_stays),
		cmocka_unit_test(test_a_change_does_not_choose),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_binary_unusable),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_binary_errors),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_repetition),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_no_etag),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
