/* SPDX-License-Identifier: MIT */
/* Every form of an error body, and each row of the table in src/api/code.c. */
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

static void explain(int status, const char *body, size_t len, struct api_problem *ret)
{
	static const char headers[] = "WWW-Authenticate\0Bearer realm=\"cw\"\0"
				      "Location\0https://login.example/";
	CLEANUP_HTTP_ANSWER struct http_answer answer;

	http_answer_init(&answer, 1 << 20);
	answer.status = status;
	answer.retry_after_ms = 7000;
	assert_int_equal(buf_add(&answer.headers, headers, sizeof(headers)), 0);
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
	const char *text; /* NULL: not checked */
};

static void check_rows(const struct expectation *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct api_problem p;

		explain(rows[i].status, rows[i].body, strlen(rows[i].body), &p);
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
			"HTTP 400: the server refused; the answer gives no reason"},
		{401, "", EACCES, "",
			"HTTP 401: the token is not accepted; the answer gives no reason\n"
			"WWW-Authenticate: Bearer realm=\"cw\""},
		{403, "", EACCES, "", NULL},
		{404, "", EBADMSG, "",
			"the answer is not the API's, so check the endpoint: HTTP 404: not "
			"found; the answer gives no reason"},
		{405, "", EOPNOTSUPP, "", NULL},
		{408, "", ETIMEDOUT, "", NULL},
		{410, "", EBADMSG, "", NULL},
		{409, "{}", EEXIST, "",
			"HTTP 409: the server refused; the answer gives no reason"},
		{413, "", EFBIG, "", NULL},
		{415, "", EINVAL, "", NULL},
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
		{499, "{\"code\":\"canceled\"}", EREMOTEIO, "CANCELLED", NULL},
		{401, "{\"error\":\"invalid_token\"}", EACCES, "",
			"invalid_token\nWWW-Authenticate: Bearer realm=\"cw\""},
		{422, "{\"title\":\"t\",\"detail\":\"d\"}", EINVAL, "", "d"},
		{400, "{\"code\":9,\"message\":\"\",\"details\":[]}", EBUSY,
			"FAILED_PRECONDITION",
			"HTTP 400: the server refused; the answer gives no reason"},
		{500, "{\"error\":{\"code\":403,\"message\":\"m\"}}", EACCES, "", "m"},
		{500, "{\"error\":{\"code\":7,\"message\":\"m\"}}", EREMOTEIO, "", "m"},
		{200, "{\"code\":5}", ENOENT, "NOT_FOUND", NULL},
		{302, "{\"code\":5}", EBADMSG, "", NULL},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

/* A gateway that writes all members, which may be null, in both dialects. */
static void test_written_out(void **state)
{
	static const struct expectation rows[] = {
		{404,
			"{\"code\":5, \"message\":\"VPC \\\"nope\\\" not found\", "
			"\"details\":[{\"@type\":\"type.googleapis.com/"
			"google.rpc.ResourceInfo\", \"resourceType\":\"VPC\", "
			"\"resourceName\":\"nope\", \"owner\":\"\", "
			"\"description\":\"no such VPC\"}], \"localizedMessage\":null}",
			ENOENT, "NOT_FOUND",
			"VPC \"nope\" not found\nVPC 'nope': no such VPC"},
		{409, "{\"code\":10,\"message\":\"m\",\"details\":[]}", EBUSY, "ABORTED",
			"m"},
		{409, "{\"code\":10,\"message\":null,\"details\":null}", EBUSY, "ABORTED",
			NULL},
		{500,
			"{\"code\":2,\"message\":\"proto:\xC2\xA0syntax error\","
			"\"details\":[]}",
			EREMOTEIO, "UNKNOWN", "proto:\xC2\xA0syntax error"},
		{400,
			"{\"code\":3,\"message\":\"validation errors:\\n - a: b\\n - c: "
			"d\",\"details\":[{\"@type\":\"type.googleapis.com/"
			"google.rpc.BadRequest\",\"fieldViolations\":[{\"field\":\"a\","
			"\"description\":\"b\",\"reason\":\"\",\"localizedMessage\":null},"
			"{\"field\":\"\",\"description\":\"d\"}]}]}",
			EINVAL, "INVALID_ARGUMENT",
			"validation errors:\n - a: b\n - c: d\na: b\nd"},
		{404,
			"{\"code\":5,\"message\":\"m\",\"details\":[{\"@type\":"
			"\"type.googleapis.com/google.rpc.ResourceInfo\","
			"\"resourceType\":\"VPC\",\"resourceName\":null,\"owner\":\"\","
			"\"description\":\"d\"}]}",
			ENOENT, "NOT_FOUND", "m\nVPC: d"},
		{404,
			"{\"code\":5,\"message\":\"m\",\"details\":[{\"@type\":"
			"\"type.googleapis.com/google.rpc.ResourceInfo\","
			"\"resourceType\":\"\",\"resourceName\":\"a\",\"owner\":\"o\","
			"\"description\":\"\"}]}",
			ENOENT, "NOT_FOUND", "m\n'a'"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

/* Only the three forms of an error body are the API's own words. */
static void test_not_found(void **state)
{
	static const char *const own[] = {
		"{\"code\":5}",
		"{\"code\": 5, \"message\": \"not found\", \"details\": []}",
		"{\"code\":\"not_found\"}",
		"{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\"}}",
		"{\"error\":{\"status\":\"NOT_FOUND\"}}",
		"{\"error\":{\"code\":404}}",
	};
	static const char *const foreign[] = {
		"",
		" ",
		"{}",
		"[]",
		"null",
		"404 page not found\n",
		"Not Found",
		"<html><title>404</title>",
		"{\"message\":\"no Route matched with those values\"}",
		"{\"code\":0,\"message\":\"m\"}",
		"{\"code\":99,\"message\":\"m\"}",
		"{\"code\":404,\"message\":\"m\"}",
		"{\"code\":\"404\",\"message\":\"m\"}",
		"{\"code\":\"gone_fishing\"}",
		"{\"code\":null,\"message\":7}",
		"{\"status\":\"NOT_FOUND\"}",
		"{\"error\":\"Not Found\",\"status\":404}",
		"{\"error\":{\"code\":5}}",
		"{\"error\":{\"code\":\"NOT_FOUND\"}}",
		"{\"error\":{\"code\":410}}",
		"{\"code\":5",
	};
	static const int statuses[] = {404, 410};

	for (size_t k = 0; k < ARRAY_LEN(statuses); k++) {
		for (size_t i = 0; i < ARRAY_LEN(own); i++) {
			struct expectation row = {
				statuses[k], own[i], ENOENT, "NOT_FOUND", NULL};

			check_rows(&row, 1);
		}
		for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
			struct api_problem p;

			explain(statuses[k], foreign[i], strlen(foreign[i]), &p);
			if (p.errnum != EBADMSG)
				fail_msg("%s: errno %d", foreign[i], p.errnum);
			assert_false(p.may_repeat);
			assert_non_null(strstr(p.text, "not the API's"));
		}
	}
}

/* Whether to repeat: the code decides, if there is one. */
static void test_may_repeat(void **state)
{
	static const char quota[] =
		"\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\","
		"\"violations\":[]}]";
	static const struct {
		int status;
		const char *body;
		bool may_repeat;
	} rows[] = {
		{429, "", true},
		{502, "<html>", true},
		{503, "", true},
		{504, "", true},
		{500, "", false},
		{501, "", false},
		{408, "", false},
		{409, "", false},
		{400, "", false},
		{500, "{\"code\":14}", true},
		{400, "{\"code\":\"unavailable\"}", true},
		{500, "{\"code\":4}", true},
		{400, "{\"code\":8}", true},
		{500, "{\"error\":{\"status\":\"UNAVAILABLE\"}}", true},
		{500, "{\"error\":{\"code\":503}}", true},
		{503, "{\"code\":13}", false},
		{503, "{\"code\":9}", false},
		{504, "{\"code\":3}", false},
		{429, "{\"code\":8,QUOTA}", false},
		{429, "{\"message\":\"m\",QUOTA}", false},
		{503, "{\"code\":14,QUOTA}", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf body = BUF_INIT(1000);
		const char *at = strstr(rows[i].body, "QUOTA");
		size_t len = at ? (size_t)(at - rows[i].body) : strlen(rows[i].body);
		struct api_problem p;

		assert_int_equal(buf_add(&body, rows[i].body, len), 0);
		if (at)
			assert_int_equal(buf_addf(&body, "%s}", quota), 0);
		explain(rows[i].status, buf_str(&body), body.len, &p);
		if (p.may_repeat != rows[i].may_repeat)
			fail_msg("HTTP %d %s", rows[i].status, rows[i].body);
		assert_int_equal(p.retry_after_ms, 7000);
		assert_int_equal(api_problem_is_down(&p), p.may_repeat);
		if (!p.may_repeat)
			assert_int_equal(api_repeat_wait_ms(&p, 1), -1);
		else
			assert_in_range(api_repeat_wait_ms(&p, 1), 7000, 7025);
		assert_int_equal(api_repeat_wait_ms(&p, 6), -1);
	}
}

static void test_repeat_wait(void **state)
{
	static const struct {
		int errnum;
		unsigned max;
	} rows[] = {{EREMOTEIO, 4}, {ECONNREFUSED, 4}, {EHOSTUNREACH, 4}, {EBADMSG, 3}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct api_problem p;

		problem_clear(&p);
		assert_int_equal(p.retry_after_ms, -1);
		p.errnum = rows[i].errnum;
		assert_int_equal(api_repeat_wait_ms(&p, 1), -1);
		p.may_repeat = true;
		assert_in_range(api_repeat_wait_ms(&p, 2), 200, 250);
		for (unsigned n = 1; n < 8; n++)
			assert_int_equal(api_repeat_wait_ms(&p, n) >= 0, n < rows[i].max);
	}
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

/* The values are messages in protobuf; `debug` may be missing. */
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

	explain(502, "<html><title>Bad gateway</title>", 32, &p);
	assert_int_equal(p.errnum, EREMOTEIO);
	assert_string_equal(p.text, "a proxy or gateway answered HTTP 502: Bad gateway");
	explain(403, "<html>", 6, &p);
	assert_string_equal(p.text, "a proxy or gateway answered HTTP 403");
	explain(404, "404 page not found\n", 19, &p);
	assert_string_equal(p.text, "the answer is not the API's, so check the endpoint: "
				    "HTTP 404: 404 page not found\n");
	explain(400, "{\"code\":3,\"mess", 15, &p); /* cut */
	assert_int_equal(p.errnum, EINVAL);
	assert_string_equal(p.text, "HTTP 400: {\"code\":3,\"mess");
	explain(500, "a\xFF\x1B[31m\0b\xC2\x9B", 11,
		&p); /* not UTF-8, and not fit for a terminal */
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
	explain(400, body.data, body.len, &p);
	assert_in_range(strlen(p.text), ERR_TEXT_MAX - 8, ERR_TEXT_MAX - 1);
	assert_int_equal(p.errnum, EINVAL);
}

static void test_secret_is_hidden(void **state)
{
	CLEANUP_SECRET struct secret secret = {0};
	struct api_problem p;

	assert_int_equal(secret_set(&secret, "t0ken", 5), 0);
	explain(400, "you sent t0ken, yes t0ken", 25, &p);
	problem_hide(&p, &secret);
	assert_string_equal(p.text, "HTTP 400: you sent *****, yes *****");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_alone),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_odd_codes),
		cmocka_unit_test(test_written_out),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_may_repeat),
		cmocka_unit_test(test_repeat_wait),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_connect_details),
		cmocka_unit_test(test_foreign_bodies),
		cmocka_unit_test(test_text_is_bounded),
		cmocka_unit_test(test_secret_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
