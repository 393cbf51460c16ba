/* SPDX-License-Identifier: MIT */
/* Every error body of the API notes, section 3.2, and each row of the design's section 7. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../../../src/api/problem.h"
#include "base/cleanup.h"
#include "base/utf8.h"

static void explain(
	int status, const char *type, const char *body, size_t len, struct api_problem *ret)
{
	CLEANUP_HTTP_ANSWER struct http_answer answer;

	http_answer_init(&answer, 1 << 20);
	answer.status = status;
	strcpy(answer.content_type, type);
	strcpy(answer.authenticate, "Bearer realm=\"cw\"");
	strcpy(answer.location, "https://login.example/");
	assert_int_equal(buf_add(&answer.body, body, len), 0);
	problem_from_answer(ret, &answer);
	assert_int_equal(ret->http_status, status);
	assert_true(ret->sent);
	assert_true(ret->text[0] != '\0');
	assert_true(utf8_is_valid(ret->text, strlen(ret->text)));
}

struct expectation {
	int status;
	const char *body;
	int errnum;
	const char *code;
	const char *text; /* NULL: not looked at */
};

static void check_rows(const struct expectation *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct api_problem p;

		explain(rows[i].status, "application/json", rows[i].body,
			strlen(rows[i].body), &p);
		if (p.errnum != rows[i].errnum)
			fail_msg("row %zu: %s: errno %d", i, rows[i].body, p.errnum);
		assert_string_equal(p.code, rows[i].code);
		if (rows[i].text)
			assert_string_equal(p.text, rows[i].text);
	}
}

static void test_status_alone(void **state)
{
	static const struct expectation rows[] = {
		{400, "", EINVAL, "",
			"HTTP 400: the server refused; the answer says no more"},
		{401, "", EACCES, "",
			"HTTP 401: the token is not accepted; the answer says no more\n"
			"WWW-Authenticate: Bearer realm=\"cw\""},
		{403, "", EACCES, "", NULL},
		{404, "", ENOENT, "", NULL},
		{405, "", EOPNOTSUPP, "", NULL},
		{408, "", ETIMEDOUT, "", NULL},
		{409, "{}", EEXIST, "",
			"HTTP 409: the server refused; the answer says no more"},
		{413, "", EFBIG, "", NULL},
		{418, "", EINVAL, "", NULL},
		{429, "", EBUSY, "", NULL},
		{500, "", EREMOTEIO, "", NULL},
		{501, "", EOPNOTSUPP, "", NULL},
		{502, "", EREMOTEIO, "", NULL},
		{503, "[]", EREMOTEIO, "", "HTTP 503: []"},
		{504, "", ETIMEDOUT, "", NULL},
		{599, "", EREMOTEIO, "", NULL},
		{302, "", EBADMSG, "",
			"HTTP 302: the server points to https://login.example/; redirects "
			"are "
			"not followed, correct the endpoint"},
		{304, "{\"code\":5}", EBADMSG, "", NULL},
		{600, "", EBADMSG, "", NULL},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void test_codes(void **state)
{
	static const struct {
		const char *name;
		int errnum;
	} codes[] = {
		{"CANCELLED", EREMOTEIO},
		{"UNKNOWN", EREMOTEIO},
		{"INVALID_ARGUMENT", EINVAL},
		{"DEADLINE_EXCEEDED", ETIMEDOUT},
		{"NOT_FOUND", ENOENT},
		{"ALREADY_EXISTS", EEXIST},
		{"PERMISSION_DENIED", EACCES},
		{"RESOURCE_EXHAUSTED", EBUSY},
		{"FAILED_PRECONDITION", EBUSY},
		{"ABORTED", EBUSY},
		{"OUT_OF_RANGE", ERANGE},
		{"UNIMPLEMENTED", EOPNOTSUPP},
		{"INTERNAL", EREMOTEIO},
		{"UNAVAILABLE", EREMOTEIO},
		{"DATA_LOSS", EREMOTEIO},
		{"UNAUTHENTICATED", EACCES},
	};
	char number[64], connect[64], aip[128];

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct expectation rows[] = {
			{400, number, codes[i].errnum, codes[i].name, "m"},
			{400, connect, codes[i].errnum, codes[i].name, "m"},
			{400, aip, codes[i].errnum, codes[i].name, "m"},
		};

		snprintf(number, sizeof(number), "{\"code\":%zu,\"message\":\"m\"}", i + 1);
		snprintf(connect, sizeof(connect), "{\"code\":\"%s\",\"message\":\"m\"}",
			codes[i].name);
		for (char *c = connect + 9; *c != '"'; c++)
			*c |= *c == '_' ? 0 : 0x20;
		snprintf(aip, sizeof(aip),
			"{\"error\":{\"code\":400,\"status\":\"%s\",\"message\":\"m\"}}",
			codes[i].name);
		check_rows(rows, ARRAY_LEN(rows));
	}
}

static void test_odd_codes(void **state)
{
	static const struct expectation rows[] = {
		{404, "{\"code\":0,\"message\":\"m\"}", ENOENT, "", "m"},
		{404, "{\"code\":99,\"message\":\"m\"}", ENOENT, "", "m"},
		{404, "{\"code\":\"gone_fishing\"}", ENOENT, "", NULL},
		{499, "{\"code\":\"canceled\"}", EREMOTEIO, "CANCELLED", NULL},
		{404, "{\"code\":null,\"message\":7}", ENOENT, "", NULL},
		{404, "{\"error\":{\"code\":404}}", ENOENT, "", NULL},
		{401, "{\"error\":\"invalid_token\"}", EACCES, "",
			"invalid_token\nWWW-Authenticate: Bearer realm=\"cw\""},
		{422, "{\"title\":\"t\",\"detail\":\"d\"}", EINVAL, "", "d"},
		{400, "{\"code\":9,\"message\":\"\",\"details\":[]}", EBUSY,
			"FAILED_PRECONDITION",
			"HTTP 400: the server refused; the answer says no more"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

#define TYPE(name) "{\"@type\":\"type.googleapis.com/google.rpc." name "\","

static void test_details(void **state)
{
	static const struct expectation rows[] = {
		{400,
			"{\"code\":3,\"message\":\"bad\",\"details\":[" TYPE(
				"BadRequest") "\"fieldViolations\":[{\"field\":\"name\","
					      "\"description\":\"too "
					      "long\"},{\"field\":\"zone\"}]}]}",
			EINVAL, "INVALID_ARGUMENT", "bad\nname: too long\nzone"},
		{400,
			"{\"code\":3,\"message\":\"bad\",\"details\":[" TYPE(
				"BadRequest") "\"field_violations\":[{\"field\":\"name\","
					      "\"description\":\"too long\"}]}]}",
			EINVAL, "INVALID_ARGUMENT", "bad\nname: too long"},
		{400,
			"{\"code\":9,\"message\":\"no\",\"details\":[" TYPE(
				"PreconditionFailure") "\"violations\":[{\"type\":"
						       "\"STATE\",\"subject\":"
						       "\"vpc/prod\",\"description\":\"is "
						       "UPDATING\"}]}]}",
			EBUSY, "FAILED_PRECONDITION", "no\nSTATE: vpc/prod: is UPDATING"},
		{429,
			"{\"code\":8,\"message\":\"quota\",\"details\":[" TYPE(
				"QuotaFailure") "\"violations\":[{\"subject\":\"org\","
						"\"description\":\"10 of 10\"}]}]}",
			EDQUOT, "RESOURCE_EXHAUSTED", "quota\norg: 10 of 10"},
		{409,
			"{\"code\":6,\"message\":\"there\",\"details\":[" TYPE(
				"ResourceInfo") "\"resourceType\":\"VPC\",\"resource_"
						"name\":\"prod\","
						"\"description\":\"d\"}]}",
			EEXIST, "ALREADY_EXISTS", "there\nVPC 'prod': d"},
		{404,
			"{\"error\":{\"code\":404,\"message\":\"m\",\"status\":\"NOT_"
			"FOUND\","
			"\"details\":[" TYPE(
				"ErrorInfo") "\"reason\":\"ORG_NOT_FOUND\",\"domain\":"
					     "\"coreweave.com\"}]}}",
			ENOENT, "NOT_FOUND", "m\nORG_NOT_FOUND (coreweave.com)"},
		{400,
			"{\"code\":3,\"details\":[{\"@type\":\"x/"
			"y.Z\",\"a\":[1,{\"b\":null}]},7]}",
			EINVAL, "INVALID_ARGUMENT",
			"{\"@type\":\"x/y.Z\",\"a\":[1,{\"b\":null}]}\n7"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

#define CONNECT(type, value)                                                               \
	"{\"code\":\"resource_exhausted\",\"details\":[{\"type\":\"google.rpc." type       \
	"\",\"value\":\"" value "\"}]}"

/* The values are the messages in protobuf; `debug` need not be there. */
static void test_connect_details(void **state)
{
	static const struct expectation rows[] = {
		{429,
			CONNECT("BadRequest", "ChkKBG5hbWUSEW11c3Qgbm90IGJlIGVtcHR5Cg8KBHpv"
					      "bmUSB3Vua25vd24"),
			EBUSY, "RESOURCE_EXHAUSTED",
			"name: must not be empty\nzone: unknown"},
		{429,
			CONNECT("PreconditionFailure",
				"Ch4KBVNUQVRFEgh2cGMvcHJvZBoLaXMgVVBEQVRJTkc"),
			EBUSY, "RESOURCE_EXHAUSTED", "STATE: vpc/prod: is UPDATING"},
		{429, CONNECT("QuotaFailure", "ChQKA29yZxINMTAgb2YgMTAgVlBDcw=="), EDQUOT,
			"RESOURCE_EXHAUSTED", "org: 10 of 10 VPCs"},
		{429, CONNECT("ResourceInfo", "CgNWUEMSBHByb2QaAm1lIghpcyB0aGVyZQ"), EBUSY,
			"RESOURCE_EXHAUSTED", "VPC 'prod': is there"},
		{429, CONNECT("QuotaFailure", "####"), EDQUOT, "RESOURCE_EXHAUSTED",
			"google.rpc.QuotaFailure (cannot be shown)"},
		{400,
			"{\"code\":\"invalid_argument\",\"message\":\"m\",\"details\":[{"
			"\"type\":"
			"\"buf.validate.Violations\",\"value\":\"AA\",\"debug\":{\"x\":1}}]"
			"}",
			EINVAL, "INVALID_ARGUMENT",
			"m\nbuf.validate.Violations: {\"x\":1}"},
		{400,
			"{\"code\":\"invalid_argument\",\"details\":[{\"type\":\"google."
			"rpc.BadRequest\","
			"\"debug\":{\"fieldViolations\":[{\"field\":\"f\",\"description\":"
			"\"d\"}]}}]}",
			EINVAL, "INVALID_ARGUMENT", "f: d"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void test_foreign_bodies(void **state)
{
	struct api_problem p;

	explain(502, "text/html", "<html><title>Bad gateway</title>", 32, &p);
	assert_int_equal(p.errnum, EREMOTEIO);
	assert_string_equal(p.text, "a proxy or gateway answered HTTP 502: Bad gateway");
	explain(403, "text/html", "<html>", 6, &p);
	assert_string_equal(p.text, "a proxy or gateway answered HTTP 403");
	explain(404, "text/plain", "404 page not found\n", 19, &p);
	assert_string_equal(p.text, "HTTP 404: 404 page not found\n");
	explain(400, "application/json", "{\"code\":3,\"mess", 15, &p); /* cut */
	assert_int_equal(p.errnum, EINVAL);
	assert_string_equal(p.text, "HTTP 400: {\"code\":3,\"mess");
	explain(500, "", "a\xFF\x1B[31m\0b\xC2\x9B", 11,
		&p); /* not UTF-8, not for a terminal */
	assert_string_equal(p.text, "HTTP 500: a??[31m?b?");
}

static void test_text_is_bounded(void **state)
{
	CLEANUP_BUF struct buf body = BUF_INIT(1 << 20);
	struct api_problem p;

	assert_int_equal(buf_adds(&body, "{\"code\":3,\"message\":\""), 0);
	for (int i = 0; i < 30000; i++)
		assert_int_equal(buf_adds(&body, "\xC3\xA4"), 0);
	assert_int_equal(buf_adds(&body, "\"}"), 0);
	explain(400, "", body.data, body.len, &p);
	assert_in_range(strlen(p.text), ERR_TEXT_MAX - 8, ERR_TEXT_MAX - 1);
	assert_int_equal(p.errnum, EINVAL);
}

static void test_secret_is_hidden(void **state)
{
	CLEANUP_SECRET struct secret secret = {0};
	struct api_problem p;

	assert_int_equal(secret_set(&secret, "t0ken", 5), 0);
	explain(400, "text/plain", "you sent t0ken, yes t0ken", 25, &p);
	problem_hide(&p, &secret);
	assert_string_equal(p.text, "HTTP 400: you sent *****, yes *****");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_alone),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_odd_codes),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_connect_details),
		cmocka_unit_test(test_foreign_bodies),
		cmocka_unit_test(test_text_is_bounded),
		cmocka_unit_test(test_secret_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
