/* SPDX-License-Identifier: MIT */
/* What a gateway makes of the schema (the published schema), in both dialects: one row for each of
 * its statements. */
#include "rig.h"

#include <stdio.h>

#define PLAIN "{\"name\":\"n\",\"zone\":\"Z\"}"
#define SAME                                                                               \
	{                                                                                  \
		0, 0, NULL                                                                 \
	}
#define REFUSED                                                                            \
	{                                                                                  \
		500, 2, "application/proto"                                                \
	}

enum { FULL, BRIEF, DIALECTS };

struct said {
	long status;
	int code;	  /* of the Status; 0: the body is not a Status */
	const char *type; /* Content-Type; NULL: application/json */
};

struct row {
	const char *line; /* of the page */
	const char *method, *path, *body;
	const char *header, *content_type; /* of the request, or NULL */
	const char *message;		   /* a part of it, or of the text */
	struct said full;
	struct said brief; /* SAME as full, but for the type application/proto */
};

static const struct row rows[] = {
	/* the table: what differs */
	{"broken JSON in POST", "POST", "", "{\"name\":", NULL, NULL, "proto:", REFUSED,
		{400, 3, NULL}},
	{"a wrong type in POST", "POST", "", "{\"name\":5,\"zone\":\"Z\"}", NULL, NULL,
		"proto:", REFUSED, {400, 3, NULL}},
	{"in brief: unmarshal message: unmarshal into", "POST", "", "[]", NULL, NULL,
		"proto", REFUSED, {400, 3, NULL}},
	{"an empty body of POST (full: validated as an empty message)", "POST", "", "",
		NULL, NULL, "", {400, 3, NULL}, {400, 3, NULL}},
	/* both dialects */
	{"no such VPC", "GET", "/nope", NULL, NULL, NULL, "VPC \"nope\" not found",
		{404, 5, NULL}, SAME},
	{"a key twice", "POST", "", "{\"name\":\"n\",\"name\":\"m\",\"zone\":\"Z\"}", NULL,
		NULL, "", REFUSED, {400, 3, NULL}},
	{"a key twice, in both spellings", "PATCH", "/ID",
		"{\"vpc_prefixes\":[],\"vpcPrefixes\":[]}", NULL, NULL, "duplicate field",
		REFUSED, SAME},
	{"null in a list", "POST", "",
		"{\"name\":\"n\",\"zone\":\"Z\",\"vpcPrefixes\":[null]}", NULL, NULL, "",
		REFUSED, {400, 3, NULL}},
	{"bad UTF-8", "POST", "", "{\"name\":\"\xff\",\"zone\":\"Z\"}", NULL, NULL, "",
		REFUSED, {400, 3, NULL}},
	{"status of a prefix must parse", "PATCH", "/ID",
		"{\"vpcPrefixes\":[{\"name\":\"a\",\"value\":\"10.0.0.0/"
		"8\",\"status\":true}]}",
		NULL, NULL, "", REFUSED, SAME},
	{"createdAt of a prefix must parse", "PATCH", "/ID",
		"{\"vpcPrefixes\":[{\"name\":\"a\",\"value\":\"10.0.0.0/8\","
		"\"createdAt\":\"now\"}]}",
		NULL, NULL, "", REFUSED, SAME},
	{"status and createdAt are taken", "PATCH", "/ID",
		"{\"vpcPrefixes\":[{\"name\":\"a\",\"value\":\"10.0.0.0/8\","
		"\"createdAt\":\"2026-01-01T00:00:00Z\",\"status\":\"STATUS_ALLOCATED\"}]}",
		NULL, NULL, "STATUS_AVAILABLE", {200, 0, NULL}, SAME},
	{"keys that no field has are dropped", "PATCH", "/ID",
		"{\"colour\":1,\"egress\":{\"x\":[]}}", NULL, NULL, "\"vpc\"",
		{200, 0, NULL}, SAME},
	{"the id of the path beats that of the body", "PATCH", "/ID", "{\"id\":\"other\"}",
		NULL, NULL, "\"vpc\"", {200, 0, NULL}, SAME},
	{"the id of the body must parse", "PATCH", "/ID", "{\"id\":5}", NULL, NULL, "",
		REFUSED, SAME},
	{"an unknown key in the query: list", "GET", "?pageSize=1", NULL, NULL, NULL,
		"unknown field in field path", REFUSED, SAME},
	{"an unknown key in the query: one", "GET", "/ID?x", NULL, NULL, NULL,
		"unknown field in field path", REFUSED, SAME},
	{"the id of the path beats that of the query", "GET", "/ID?id=other", NULL, NULL,
		NULL, "\"vpc\"", {200, 0, NULL}, SAME},
	{"updateMask is trimmed", "PATCH", "/ID", "{\"updateMask\":\" vpcPrefixes\\n\"}",
		NULL, NULL, "\"vpc\"", {200, 0, NULL}, SAME},
	{"no paths: empty", "PATCH", "/ID", "{\"updateMask\":\"\"}", NULL, NULL, "\"vpc\"",
		{200, 0, NULL}, SAME},
	{"no paths: a space", "PATCH", "/ID", "{\"updateMask\":\" \"}", NULL, NULL,
		"\"vpc\"", {200, 0, NULL}, SAME},
	{"no paths: null", "PATCH", "/ID", "{\"updateMask\":null}", NULL, NULL, "\"vpc\"",
		{200, 0, NULL}, SAME},
	{"a list as a mask", "PATCH", "/ID", "{\"updateMask\":[\"vpcPrefixes\"]}", NULL,
		NULL, "syntax error", REFUSED, SAME},
	{"an object as a mask", "PATCH", "/ID",
		"{\"updateMask\":{\"paths\":[\"vpcPrefixes\"]}}", NULL, NULL,
		"syntax error", REFUSED, SAME},
	{"a number as a mask", "PATCH", "/ID", "{\"updateMask\":5}", NULL, NULL,
		"syntax error", REFUSED, SAME},
	{"vpc_prefixes", "PATCH", "/ID", "{\"updateMask\":\"vpc_prefixes\"}", NULL, NULL,
		"google.protobuf.FieldMask.paths contains invalid path: \"vpc_prefixes\"",
		REFUSED, SAME},
	{"*", "PATCH", "/ID", "{\"updateMask\":\"*\"}", NULL, NULL, "contains invalid path",
		REFUSED, SAME},
	{"a space after a comma", "PATCH", "/ID",
		"{\"updateMask\":\"vpcPrefixes, dhcp.dns.servers\"}", NULL, NULL,
		"contains invalid path: \" dhcp.dns.servers\"", REFUSED, SAME},
	{"an empty path", "PATCH", "/ID", "{\"updateMask\":\"vpcPrefixes,,name\"}", NULL,
		NULL, "contains invalid path: \"\"", REFUSED, SAME},
	{"an empty path at the end", "PATCH", "/ID", "{\"updateMask\":\"vpcPrefixes,\"}",
		NULL, NULL, "contains invalid path: \"\"", REFUSED, SAME},
	{"an empty name", "PATCH", "/ID", "{\"updateMask\":\"dhcp..servers\"}", NULL, NULL,
		"contains invalid path", REFUSED, SAME},
	{"a path of no field reaches the service", "PATCH", "/ID",
		"{\"updateMask\":\"nope\"}", NULL, NULL, "\"vpc\"", {200, 0, NULL}, SAME},
	{"broken JSON in PATCH", "PATCH", "/ID", "{", NULL, NULL, "proto:", REFUSED, SAME},
	{"an empty body of PATCH", "PATCH", "/ID", "", NULL, NULL, "\"vpc\"",
		{200, 0, NULL}, SAME},
	{"a body with GET", "GET", "", "{}", NULL, NULL,
		"request should have no body; instead got 2 bytes", REFUSED, SAME},
	{"a body with DELETE", "DELETE", "/ID", "{ }", NULL, NULL,
		"request should have no body; instead got 3 bytes", REFUSED, SAME},
	{"a path outside the API", "GET", "/a/b", NULL, NULL, NULL, "Not Found",
		{404, 0, "text/plain; charset=utf-8"}, SAME},
	{"vpcs/ is GetVPC with an empty id", "GET", "/", NULL, NULL, NULL,
		"VPC \"\" not found", {404, 5, NULL}, SAME},
	{"wrong method", "PUT", "/ID", "{}", NULL, NULL, "",
		{405, 0, "text/plain; charset=utf-8"}, SAME},
	{"curl's default form type", "POST", "", PLAIN, NULL,
		"application/x-www-form-urlencoded", "",
		{415, 0, "text/plain; charset=utf-8"}, SAME},
	{"another type that is not JSON", "PATCH", "/ID", "{}", NULL, "application/jsonx",
		"", {415, 0, "text/plain; charset=utf-8"}, SAME},
	{"JSON with a parameter", "PATCH", "/ID", "{}", NULL,
		"application/json; charset=utf-8", "\"vpc\"", {200, 0, NULL}, SAME},
	{"REST with Connect-Protocol-Version: 1", "GET", "", NULL,
		"Connect-Protocol-Version: 1", NULL, "Not Found",
		{404, 0, "text/plain; charset=utf-8"}, SAME},
};

static void assert_type(const struct row *row, const struct reply *r, const char *want)
{
	char line[128];

	snprintf(line, sizeof(line), "Content-Type: %s\r", want);
	if (!strstr(r->headers, line))
		fail_msg("%s: not %s but %s", row->line, line, r->headers);
}

static void check_row(struct rig *rig, const struct row *row, const char *id, int dialect)
{
	const struct said *want =
		dialect == BRIEF && row->brief.status ? &row->brief : &row->full;
	const char *type = want->type ? want->type : "application/json";
	const char *mark = strstr(row->path, "ID");
	char path[512];
	struct reply r;

	snprintf(path, sizeof(path), VPCS "%.*s%s%s",
		(int)(mark ? mark - row->path : (ptrdiff_t)strlen(row->path)), row->path,
		mark ? id : "", mark ? mark + 2 : "");
	rig->header = row->header;
	rig->content_type = row->content_type;
	r = rig_ask(rig, row->method, path, row->body);
	if (r.status != want->status ||
		json_integer_value(at(r.json, "code")) != want->code ||
		!strstr(want->code ? text_at(r.json, "message") : r.body, row->message))
		fail_msg("%s: %ld %s", row->line, r.status, r.body);
	assert_type(row, &r,
		dialect == BRIEF && strcmp(type, "application/proto") == 0
			? "application/json"
			: type);
	if (want->code)
		assert_true(json_is_array(at(r.json, "details")));
	reply_free(&r);
	rig->header = rig->content_type = NULL;
}

static void check_all(int dialect)
{
	struct rig rig;
	char id[ID_SIZE];

	rig_start(&rig, &(struct emulator_options){.omit_defaults = dialect == BRIEF});
	make(&rig, "{\"name\":\"there\",\"zone\":\"Z\"}", id);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rig, &rows[i], id, dialect);
	assert_int_equal(list_count(&rig), 1);
	rig_stop(&rig);
}

static void test_full(void **state)
{
	check_all(FULL);
}

static void test_brief(void **state)
{
	check_all(BRIEF);
}

static void expect_list(struct rig *rig, const char *want)
{
	struct reply r = rig_ask(rig, "GET", VPCS, NULL);

	assert_int_equal(r.status, 200);
	assert_string_equal(r.body, want);
	assert_non_null(strstr(r.headers, "Accept-Encoding: gzip\r"));
	reply_free(&r);
}

#define SECOND                                                                             \
	"{\"name\":\"n\",\"zone\":\"Z\",\"hostPrefixes\":["                                \
	"{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/16\"]},"            \
	"{\"name\":\"s\",\"type\":\"ATTACHED\",\"prefixes\":[\"2601:db8::/48\"],"          \
	"\"ipam\":{\"prefixLength\":\"8e1\"%s}}]}"

/* false, [], unset messages and zero enums are left out; a message that is there stays, also an
 * empty one. */
static void test_brief_documents(void **state)
{
	struct rig rig;
	struct reply r;
	char body[512];

	rig_start(&rig, &(struct emulator_options){.omit_defaults = true});
	expect_list(&rig, "{}");
	snprintf(body, sizeof(body), SECOND, ",\"gatewayAddressPolicy\":\"NO_SUCH_NAME\"");
	r = rig_ask(&rig, "POST", VPCS, body);
	assert_int_equal(r.status, 200);
	assert_true(json_is_object(at(r.json, "vpc.ingress")));
	assert_int_equal(json_object_size(at(r.json, "vpc.ingress")), 0);
	assert_int_equal(json_object_size(at(r.json, "vpc.egress")), 0);
	assert_null(at(r.json, "vpc.dhcp"));
	assert_null(at(r.json, "vpc.vpcPrefixes"));
	assert_null(at(r.json, "vpc.hostPrefixes.0.ipam"));
	assert_int_equal(json_object_size(at(r.json, "vpc.hostPrefixes.1.ipam")), 1);
	assert_text(r.json, "vpc.status", "STATUS_READY");
	reply_free(&r);
	r = rig_ask(&rig, "GET", VPCS, NULL);
	assert_int_equal(json_object_size(at(r.json, "items.0.ingress")), 0);
	assert_true(json_is_object(at(r.json, "items.0.ingress")));
	reply_free(&r);
	rig_stop(&rig);
}

static void test_full_documents(void **state)
{
	struct rig rig;
	struct reply r;
	char body[512];

	rig_start(&rig, &(struct emulator_options){0});
	expect_list(&rig, "{\"items\":[]}");
	snprintf(body, sizeof(body), SECOND, "");
	r = rig_ask(&rig, "POST", VPCS, body);
	assert_int_equal(r.status, 200);
	assert_true(json_is_false(at(r.json, "vpc.ingress.disablePublicServices")));
	assert_true(json_is_null(at(r.json, "vpc.dhcp")));
	assert_true(json_is_array(at(r.json, "vpc.vpcPrefixes")));
	assert_true(json_is_null(at(r.json, "vpc.hostPrefixes.0.ipam")));
	assert_int_equal(
		json_integer_value(at(r.json, "vpc.hostPrefixes.1.ipam.prefixLength")), 80);
	assert_text(r.json, "vpc.hostPrefixes.1.ipam.gatewayAddressPolicy", "UNSPECIFIED");
	reply_free(&r);
	rig_stop(&rig);
}

/* An enum number without a name is kept and shown as a number. */
static void test_unknown_numbers(void **state)
{
	struct rig rig;
	struct reply r;
	char body[512];

	rig_start(&rig, &(struct emulator_options){0});
	snprintf(body, sizeof(body), SECOND, ",\"gatewayAddressPolicy\":9");
	r = rig_ask(&rig, "POST", VPCS, body);
	assert_int_equal(r.status, 200);
	assert_int_equal(json_integer_value(at(
				 r.json, "vpc.hostPrefixes.1.ipam.gatewayAddressPolicy")),
		9);
	reply_free(&r);
	rig_stop(&rig);
}

/* The error and its details have every member. */
static void test_error_members(void **state)
{
	struct rig rig;
	struct reply r;

	rig_start(&rig, &(struct emulator_options){.omit_defaults = true});
	r = rig_ask(&rig, "GET", VPCS "/nope", NULL);
	assert_string_equal(r.body,
		"{\"code\":5,\"message\":\"VPC \\\"nope\\\" not found\",\"details\":[{"
		"\"@type\":\"type.googleapis.com/google.rpc.ResourceInfo\","
		"\"resourceType\":\"VPC\",\"resourceName\":\"nope\",\"owner\":\"\","
		"\"description\":\"no such VPC\"}]}");
	reply_free(&r);
	r = rig_ask(&rig, "POST", VPCS, "{}");
	assert_text(r.json, "details.0.fieldViolations.0.reason", "");
	assert_true(
		json_is_null(at(r.json, "details.0.fieldViolations.0.localizedMessage")));
	reply_free(&r);
	rig.header = "Connect-Protocol-Version: 1";
	r = rig_ask(&rig, "PUT", VPCS, NULL);
	assert_int_equal(r.status, 404);
	reply_free(&r);
	rig_stop(&rig);
}

static void test_long_answers_are_chunked(void **state)
{
	struct rig rig;
	struct reply r;

	rig_start(&rig, &(struct emulator_options){.samples = true});
	r = rig_ask(&rig, "GET", VPCS, NULL);
	assert_int_equal(json_array_size(at(r.json, "items")), 5);
	assert_non_null(strstr(r.headers, "Transfer-Encoding: chunked\r"));
	assert_null(strstr(r.headers, "Content-Length"));
	reply_free(&r);
	r = rig_ask(&rig, "GET", VPCS "/x", NULL);
	assert_non_null(strstr(r.headers, "Content-Length: "));
	reply_free(&r);
	rig_stop(&rig);
}

static void test_empty_post(void **state)
{
	struct rig rig;
	struct reply r;

	rig_start(&rig, &(struct emulator_options){.omit_defaults = true});
	r = rig_ask(&rig, "POST", VPCS, "");
	assert_text(r.json, "message",
		"unmarshal message: zero-length payload is not a valid JSON object");
	reply_free(&r);
	r = rig_ask(&rig, "POST", VPCS, "{");
	assert_non_null(strstr(text_at(r.json, "message"),
		"unmarshal message: unmarshal into *networkingv1beta1.CreateVPCRequest: "
		"proto: "));
	reply_free(&r);
	rig_stop(&rig);
	rig_start(&rig, &(struct emulator_options){0});
	r = rig_ask(&rig, "POST", VPCS, "");
	assert_text(r.json, "details.0.fieldViolations.0.field", "name");
	reply_free(&r);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_brief),
		cmocka_unit_test(test_brief_documents),
		cmocka_unit_test(test_full_documents),
		cmocka_unit_test(test_unknown_numbers),
		cmocka_unit_test(test_error_members),
		cmocka_unit_test(test_long_answers_are_chunked),
		cmocka_unit_test(test_empty_post),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
