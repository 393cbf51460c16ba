/* SPDX-License-Identifier: MIT */
/* Each allocation of a call fails once. The call then fails with -ENOMEM, and nothing leaks or is
 * used after it was freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "api/api.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "testserver.h"
#include "torture.h"

#define LIMIT 10000

static int give_token(
	void *arg, const struct op *op, bool again, struct secret *ret, struct err *err)
{
	return secret_set(ret, "x", 1);
}

struct rig {
	struct testserver *server;
	struct http *http;
	struct api *api;
	struct op op;
};

static void rig_start(struct rig *rig, enum api_protocol protocol,
	const struct reply *replies, size_t count)
{
	struct http_options http = {.user_agent = "test"};
	struct api_options options = {.protocol = protocol, .token = give_token};

	*rig = (struct rig){.server = testserver_start(replies, count)};
	rig->op.deadline_ms = clock_mono_ms() + 60000;
	assert_int_equal(http_new(&http, &rig->http, NULL), 0);
	options.http = rig->http;
	options.endpoint = testserver_url(rig->server);
	assert_int_equal(api_new(&options, &rig->api, NULL), 0);
}

static void rig_stop(struct rig *rig)
{
	api_free(rig->api);
	http_free(rig->http);
	testserver_stop(rig->server);
}

static void test_list(void **state)
{
	static const struct reply reply = {
		.body = "{\"items\":[{\"id\":\"a\",\"name\":\"a\",\"zone\":\"Z\"},"
			"{\"id\":\"b\",\"name\":\"b\",\"zone\":\"Z\"}]}"};
	struct rig rig;
	bool failed = true;
	int n = 0;

	rig_start(&rig, API_REST, &reply, 1);
	for (; failed && n < LIMIT; n++) {
		CLEANUP_DOC_LIST struct doc_list list = {0};
		struct api_problem problem;
		int r;

		torture_arm(n);
		r = api_list(rig.api, &rig.op, NULL, &list, &problem);
		failed = torture_has_failed();
		if (failed && r != -ENOMEM && r != 0)
			fail_msg("allocation %d: %d %s", n, r, problem.text);
		assert_true(failed || list.count == 2);
	}
	assert_in_range(n, 10, LIMIT - 1);
	rig_stop(&rig);
}

static void test_problem(void **state)
{
	static const struct reply reply = {.status = 400,
		.body = "{\"code\":\"invalid_argument\",\"message\":\"m\",\"details\":[{"
			"\"type\":"
			"\"google.rpc.QuotaFailure\",\"value\":"
			"\"ChQKA29yZxINMTAgb2YgMTAgVlBDcw\"},"
			"{\"@type\":\"x\",\"y\":[1]}]}"};
	struct rig rig;
	bool failed = true;
	int n = 0;

	rig_start(&rig, API_REST, &reply, 1);
	for (; failed && n < LIMIT; n++) {
		struct api_problem problem;
		struct doc *doc;
		int r;

		torture_arm(n);
		r = api_patch(rig.api, &rig.op, "id", "{}", 2, "m", &doc, &problem);
		failed = torture_has_failed();
		assert_null(doc);
		assert_true(r == -ENOMEM || r == -EINVAL);
		assert_int_equal(problem.errnum, -r);
	}
	assert_in_range(n, 10, LIMIT - 1);
	rig_stop(&rig);
}

/* Connect with binary bodies, and the same messages as gRPC sends them, in both directions. */
static void test_binary(void **state)
{
	static const struct reply replies[] = {{.status = 415},
		{.headers = "Content-Type: application/proto\r\n"},
		{.headers = "Content-Type: application/proto\r\n",
			.body = "\x0A\x06\x0A\x01"
				"a\x12\x01"
				"n"}};
	CLEANUP_DOC_LIST struct doc_list list = {0};
	struct api_problem problem;
	struct rig rig;
	bool failed = true;
	int n = 0;

	rig_start(&rig, API_CONNECT, replies, ARRAY_LEN(replies));
	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	for (; failed && n < LIMIT; n++) {
		CLEANUP_DOC struct doc *doc = NULL, *read = NULL;
		int r;

		torture_arm(n);
		r = api_get(rig.api, &rig.op, "a", NULL, &read, &problem);
		if (r == 0)
			r = api_patch(rig.api, &rig.op, "a", "{\"updateMask\":\"zone\"}",
				21, "zone", &doc, &problem);
		failed = torture_has_failed();
		if (failed && r != -ENOMEM && r != 0)
			fail_msg("allocation %d: %d %s", n, r, problem.text);
		assert_true(failed || doc);
	}
	assert_in_range(n, 10, LIMIT - 1);
	rig_stop(&rig);
}

static void test_start(void **state)
{
	struct http_options options = {.user_agent = "x", .cacert = "/dev/null"};
	struct http *http;
	int r = -ENOMEM;

	for (int n = 0; r == -ENOMEM; n++) {
		struct err err = {""};

		torture_arm(n);
		r = http_new(&options, &http, &err);
		assert_true(r != 0);
	}
	torture_arm(-1);
	assert_int_equal(r, -EINVAL);
	options.cacert = NULL;
	r = -ENOMEM;
	for (int n = 0; r == -ENOMEM; n++) {
		torture_arm(n);
		r = http_new(&options, &http, NULL);
	}
	torture_arm(-1);
	assert_int_equal(r, 0);
	http_free(http);
}

static void test_new(void **state)
{
	struct api_options options = {.endpoint = "http://x/", .token = give_token};
	struct api *api = NULL;
	int r = -ENOMEM, n = 0;

	for (; r == -ENOMEM; n++) {
		assert_null(api);
		torture_arm(n);
		r = api_new(&options, &api, NULL);
	}
	torture_arm(-1);
	assert_int_equal(r, 0);
	assert_in_range(n, 2, 10);
	api_free(api);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_problem),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
