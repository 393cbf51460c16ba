/* SPDX-License-Identifier: MIT */
/* One call against a server that answers well or badly: what comes back, how often it was asked. */
#include "rig.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <stdio.h>
#include <string.h>

static void test_answer(void **state)
{
	RIG(rig, {.status = 207,
			 .headers = "ETag: \"a\"\r\n"
				    "WWW-Authenticate: Bearer x\r\nRetry-After: 3\r\n",
			 .body = "{\"a\":1}"});
	CLEANUP_OUTCOME struct outcome o;
	CLEANUP_FREE char *request = NULL;

	rig_call(&rig, "PATCH", "/v1/x%2Fy", "{}", 5000, NULL, &o);
	assert_int_equal(o.r, 0);
	assert_int_equal(o.answer.status, 207);
	assert_string_equal(buf_str(&o.answer.body), "{\"a\":1}");
	assert_string_equal(http_answer_header(&o.answer, "etag"), "\"a\"");
	assert_string_equal(http_answer_header(&o.answer, "WWW-Authenticate"), "Bearer x");
	assert_string_equal(http_answer_header(&o.answer, "a"), "");
	assert_int_equal(o.answer.retry_after_ms, 3000);
	assert_int_equal(o.answer.attempts, 1);
	assert_true(o.sent);
	request = testserver_request(rig.server, 0);
	assert_non_null(strstr(request, "PATCH /v1/x%2Fy HTTP/1.1\r\n"));
	assert_non_null(strstr(request, "\r\nAuthorization: Bearer s3cret\r\n"));
	assert_non_null(strstr(request, "\r\nAccept: application/json\r\n"));
	assert_non_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(request, "\r\nUser-Agent: vpcfs/test\r\n"));
	assert_non_null(strstr(request, "\r\n\r\n{}"));
	assert_null(strstr(request, "Expect"));
	rig_stop(&rig);
}

static const char *const methods[] = {"GET", "POST", "PATCH", "DELETE"};

static void test_methods(void **state)
{
	RIG(rig, {.body = "{}"});

	for (unsigned i = 0; i < 2 * ARRAY_LEN(methods); i++) {
		const char *method = methods[i / 2], *body = i % 2 ? "" : NULL;
		CLEANUP_OUTCOME struct outcome o;
		CLEANUP_FREE char *request = NULL;

		rig_call(&rig, method, "/a/../b", body, 5000, NULL, &o);
		assert_int_equal(o.r, 0);
		request = testserver_request(rig.server, i);
		assert_memory_equal(request, method, strlen(method));
		assert_non_null(strstr(request, " /a/../b HTTP"));
		/* Without a body there is no sign of one. */
		assert_int_equal(
			strstr(request, "\r\nContent-Length: 0\r\n") != NULL, !!body);
		assert_int_equal(strstr(request, "\r\nContent-Type: ") != NULL, !!body);
		assert_null(strstr(request, "Transfer-Encoding"));
	}
	rig_stop(&rig);
}

static void test_empty_answer(void **state)
{
	RIG(rig, {.status = 204});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "DELETE", "/", NULL, 5000, NULL, &o);
	assert_int_equal(o.r, 0);
	assert_int_equal(o.answer.status, 204);
	assert_string_equal(buf_str(&o.answer.body), "");
	rig_stop(&rig);
}

static void test_redirect_is_an_answer(void **state)
{
	RIG(rig, {.status = 302, .headers = "Location: http://elsewhere.invalid/\r\n"});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &o);
	assert_int_equal(o.r, 0);
	assert_int_equal(o.answer.status, 302);
	assert_string_equal(
		http_answer_header(&o.answer, "Location"), "http://elsewhere.invalid/");
	assert_int_equal(testserver_requests(rig.server), 1);
	rig_stop(&rig);
}

/* One row: the script's outcome for a method. */
static void expect(enum reply_kind kind, const char *method, int r, unsigned requests)
{
	struct reply reply = {.kind = kind, .body = "{\"a\":"};
	CLEANUP_OUTCOME struct outcome o;
	struct rig rig;

	rig_start(&rig, &reply, 1);
	rig_call(&rig, method, "/", "{}", 8000, NULL, &o);
	assert_int_equal(o.r, r);
	assert_true(o.sent);
	assert_non_null(strstr(o.err.text, strchr(testserver_url(rig.server), '1')));
	assert_null(strstr(o.err.text, "s3cret"));
	assert_int_equal(testserver_requests(rig.server), requests);
	rig_stop(&rig);
}

static void test_bad_answers(void **state)
{
	expect(REPLY_CUT, "GET", -EBADMSG, 3);
	expect(REPLY_CUT_RESET, "GET", -EBADMSG, 3);
	expect(REPLY_GARBAGE, "GET", -EBADMSG, 3);
	expect(REPLY_CLOSE, "GET", -EREMOTEIO, 4);
	expect(REPLY_RESET, "GET", -EREMOTEIO, 4);
}

static void test_what_changes_something_is_sent_once(void **state)
{
	for (size_t i = 1; i < ARRAY_LEN(methods); i++) {
		expect(REPLY_CUT, methods[i], -EBADMSG, 1);
		expect(REPLY_CUT_RESET, methods[i], -EBADMSG, 1);
		expect(REPLY_CLOSE, methods[i], -EREMOTEIO, 1);
		expect(REPLY_RESET, methods[i], -EREMOTEIO, 1);
		expect(REPLY_GARBAGE, methods[i], -EBADMSG, 1);
	}
}

static void test_answers_to_changes_are_final(void **state)
{
	RIG(rig, {.status = 503});

	for (unsigned i = 1; i < ARRAY_LEN(methods); i++) {
		CLEANUP_OUTCOME struct outcome o;

		rig_call(&rig, methods[i], "/", "{}", 5000, NULL, &o);
		assert_int_equal(o.r, 0);
		assert_int_equal(o.answer.status, 503);
		assert_true(o.answer.may_repeat);
		assert_int_equal(testserver_requests(rig.server), i);
	}
	rig_stop(&rig);
}

/* On a reused connection that ends without an answer curl would send again by itself. */
static void expect_stale(enum reply_kind kind, const char *method)
{
	const struct reply replies[] = {{.body = "{}"}, {.kind = kind}, {.body = "{}"}};
	CLEANUP_OUTCOME struct outcome first, second;
	struct rig rig;

	rig_start(&rig, replies, ARRAY_LEN(replies));
	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &first);
	assert_int_equal(first.r, 0);
	rig_call(&rig, method, "/", "{}", 5000, NULL, &second);
	assert_int_equal(second.r, -EREMOTEIO);
	assert_true(second.sent);
	assert_true(second.answer.may_repeat);
	assert_null(strstr(second.err.text, "callback"));
	assert_int_equal(second.answer.attempts, 1);
	assert_int_equal(testserver_requests(rig.server), 2);
	rig_stop(&rig);
}

static void test_changes_after_stale_connection(void **state)
{
	for (size_t i = 1; i < ARRAY_LEN(methods); i++) {
		expect_stale(REPLY_CLOSE, methods[i]);
		expect_stale(REPLY_RESET, methods[i]);
	}
}

/* The server may close an idle connection at any moment. A request that changes something arrives
 * once or not at all. */
static void test_changes_while_connections_close(void **state)
{
	RIG(rig, {.body = "{}", .then_close = true});

	for (unsigned i = 0; i < 60; i++) {
		CLEANUP_OUTCOME struct outcome o;
		unsigned before = testserver_requests(rig.server), after;

		rig_call(&rig, methods[1 + i % 3], "/", "{}", 5000, NULL, &o);
		after = testserver_requests(rig.server);
		if (o.r != -EREMOTEIO)
			assert_int_equal(o.r, 0);
		assert_in_range(after - before, o.r == 0 ? 1 : 0, 1);
	}
	rig_stop(&rig);
}

static void test_get_after_stale_connection(void **state)
{
	RIG(rig, {.body = "{}", .then_close = true}, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome first, second;

	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &first);
	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &second);
	assert_int_equal(second.r, 0);
	assert_int_equal(testserver_requests(rig.server), 2);
	rig_stop(&rig);
}

static void test_comes_right(void **state)
{
	RIG(rig, {.status = 503}, {.kind = REPLY_CUT, .body = "{"}, {.kind = REPLY_RESET},
		{.body = "{}"});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "GET", "/", NULL, 8000, NULL, &o);
	assert_int_equal(o.r, 0);
	assert_false(o.answer.may_repeat);
	assert_int_equal(o.answer.status, 200);
	assert_int_equal(o.answer.attempts, 4);
	assert_int_equal(testserver_requests(rig.server), 4);
	assert_in_range(o.ms, 700, 700 + 175 + 300 * RIG_SLACK);
	rig_stop(&rig);
}

static void test_probe(void **state)
{
	RIG(rig, {.kind = REPLY_RESET}, {.status = 503}, {.body = "{}"});
	CLEANUP_SECRET struct secret token = {0};
	struct op op = {.deadline_ms = clock_mono_ms() + 5000, .is_probe = true};
	struct http_request request = {.method = "GET",
		.url = testserver_url(rig.server),
		.bearer = &token,
		.repeatable = true};
	static const int results[] = {-EREMOTEIO, 0, 0}, statuses[] = {0, 503, 200};

	for (unsigned i = 0; i < ARRAY_LEN(results); i++) {
		CLEANUP_HTTP_ANSWER struct http_answer answer;

		http_answer_init(&answer, RIG_ANSWER_MAX);
		assert_int_equal(http_call(rig.http, &request, &op, &answer, NULL, NULL),
			results[i]);
		assert_int_equal(answer.attempts, 1);
		if (statuses[i])
			assert_int_equal(answer.status, statuses[i]);
	}
	assert_int_equal(testserver_requests(rig.server), 3);
	rig_stop(&rig);
}

static bool is_busy(void *arg, struct http_answer *answer)
{
	++*(unsigned *)arg;
	return answer->status == 500 || strcmp(buf_str(&answer->body), "busy") == 0;
}

/* The caller decides what says "not now": a body or a trailer may say more than the status. */
static void test_is_busy(void **state)
{
	static const struct {
		const char *method;
		unsigned attempts;
		int status;
		bool may_repeat;
	} rows[] = {
		{"GET", 3, 429, false},
		{"GET", 2, 200, false},
		{"PATCH", 1, 400, true},
	};
	RIG(rig, {.status = 500}, {.status = 404, .body = "busy"}, {.status = 429},
		{.body = "busy"}, {.body = "{}"}, {.status = 400, .body = "busy"});
	CLEANUP_SECRET struct secret token = {0};
	unsigned asked = 0, attempts = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct op op = {.deadline_ms = clock_mono_ms() + 5000};
		struct http_request request = {.method = rows[i].method,
			.url = testserver_url(rig.server),
			.bearer = &token,
			.repeatable = rows[i].method[0] == 'G',
			.is_busy = is_busy,
			.is_busy_arg = &asked};
		CLEANUP_HTTP_ANSWER struct http_answer answer;

		http_answer_init(&answer, RIG_ANSWER_MAX);
		assert_int_equal(
			http_call(rig.http, &request, &op, &answer, NULL, NULL), 0);
		assert_int_equal(answer.attempts, rows[i].attempts);
		assert_int_equal(asked, attempts += rows[i].attempts);
		assert_int_equal(answer.status, rows[i].status);
		assert_int_equal(answer.may_repeat, rows[i].may_repeat);
	}
	rig_stop(&rig);
}

static void test_last_answer_before_deadline(void **state)
{
	RIG(rig, {.status = 503, .body = "busy"});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "GET", "/", NULL, 1000, NULL, &o);
	assert_int_equal(o.r, 0);
	assert_int_equal(o.answer.status, 503);
	assert_string_equal(buf_str(&o.answer.body), "busy");
	assert_int_equal(
		o.answer.attempts, 4); /* 100 + 200 + 400, and 800 more would be late */
	assert_true(o.ms < 1000);
	rig_stop(&rig);
}

static void test_retry_after(void **state)
{
	RIG(rig, {.status = 429, .headers = "Retry-After: 1\r\n"}, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &o);
	assert_int_equal(o.answer.status, 200);
	assert_in_range(o.ms, 1000, 1100 + 100 * RIG_SLACK);
	rig_stop(&rig);
}

static void test_retry_after_too_late(void **state)
{
	RIG(rig, {.status = 429, .headers = "Retry-After: 60\r\n"});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &o);
	assert_int_equal(o.r, 0);
	assert_int_equal(o.answer.status, 429);
	assert_int_equal(o.answer.attempts, 1);
	assert_true(o.ms < 500);
	rig_stop(&rig);
}

static void test_too_large(void **state)
{
	RIG(rig, {.kind = REPLY_BIG, .size = RIG_ANSWER_MAX},
		{.kind = REPLY_BIG, .size = RIG_ANSWER_MAX + 1});
	CLEANUP_OUTCOME struct outcome fits, large;

	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &fits);
	assert_int_equal(fits.r, 0);
	assert_int_equal(fits.answer.body.len, RIG_ANSWER_MAX);
	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &large);
	assert_int_equal(large.r, -EBADMSG);
	assert_false(large.answer.may_repeat);
	assert_int_equal(testserver_requests(rig.server), 2);
	rig_stop(&rig);
}

/* An error answer has its own, lower limit. */
static void test_error_too_large(void **state)
{
	RIG(rig, {.kind = REPLY_BIG, .status = 500, .size = HTTP_ERROR_MAX},
		{.kind = REPLY_BIG, .status = 500, .size = HTTP_ERROR_MAX + 1},
		{.kind = REPLY_BIG, .size = HTTP_ERROR_MAX + 1});
	CLEANUP_SECRET struct secret token = {0};
	struct op op = {.deadline_ms = clock_mono_ms() + 20000};
	struct http_request request = {
		.method = "GET", .url = testserver_url(rig.server), .bearer = &token};
	static const int results[] = {0, -EBADMSG, 0};

	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		CLEANUP_HTTP_ANSWER struct http_answer answer;

		http_answer_init(&answer, 2 * HTTP_ERROR_MAX);
		assert_int_equal(http_call(rig.http, &request, &op, &answer, NULL, NULL),
			results[i]);
	}
	rig_stop(&rig);
}

/* gzip of a million blanks. */
static void test_too_large_decoded(void **state)
{
	static const char bomb[] =
#include "bomb.inc"
		;
	RIG(rig, {.headers = "Content-Encoding: gzip\r\n",
			 .body = bomb,
			 .size = sizeof(bomb) - 1});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &o);
	assert_int_equal(o.r, -EBADMSG);
	assert_int_equal(testserver_requests(rig.server), 1);
	rig_stop(&rig);
}

static void test_refused(void **state)
{
	RIG(rig, {.body = "{}"});
	char url[64];
	int fd, port = testserver_dead_port(&fd);

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
	for (size_t i = 0; i < 2; i++) {
		CLEANUP_OUTCOME struct outcome o;

		rig_call(&rig, methods[i], url, NULL, 10000, NULL, &o);
		assert_int_equal(o.r, -ECONNREFUSED);
		assert_false(o.sent);
		assert_true(o.answer.may_repeat);
		assert_int_equal(o.answer.attempts, i == 0 ? 4 : 1);
		assert_in_range(o.ms, i == 0 ? 700 : 0, 875 + 300 * RIG_SLACK);
		assert_non_null(strstr(o.err.text, "refused"));
	}
	close(fd);
	rig_stop(&rig);
}

static void test_no_name(void **state)
{
	RIG(rig, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "POST", "http://no..such..name/", "{}", 10000, NULL, &o);
	assert_int_equal(o.r, -EHOSTUNREACH);
	assert_false(o.sent);
	rig_stop(&rig);
}

static void test_plaintext_is_not_tls(void **state)
{
	RIG(rig, {.kind = REPLY_GARBAGE});
	CLEANUP_OUTCOME struct outcome o;
	char url[64];
	/* A server that waits for the end of a request, which a TLS greeting does not have. */
	static const struct reply answer = {.body = "{}"};

	testserver_script(rig.server, &answer, 1);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", testserver_port(rig.server));
	rig_call(&rig, "POST", url, "{}", 500, NULL, &o);
	assert_int_equal(o.r, -ETIMEDOUT);
	assert_false(o.sent);
	assert_int_equal(testserver_requests(rig.server), 0);
	rig_stop(&rig);
}

static void *say_hello_in_clear(void *arg)
{
	int fd = accept4(*(int *)arg, NULL, NULL, SOCK_CLOEXEC);

	send(fd, "220 mail.example ESMTP\r\n", 24, MSG_NOSIGNAL);
	close(fd);
	return NULL;
}

static void test_tls_failure(void **state)
{
	RIG(rig, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome o;
	char url[64];
	int fd, port = testserver_dead_port(&fd);
	pthread_t thread;

	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(pthread_create(&thread, NULL, say_hello_in_clear, &fd), 0);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	rig_call(&rig, "GET", url, NULL, 5000, NULL, &o);
	assert_int_equal(o.r, -EPROTO);
	assert_false(o.sent);
	assert_int_equal(o.answer.attempts, 1);
	pthread_join(thread, NULL);
	close(fd);
	rig_stop(&rig);
}

static void test_proxy_variables(void **state)
{
	struct http_options options = {.direct = true};
	char proxy[64];
	int fd, port = testserver_dead_port(&fd);
	RIG(rig, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome through, direct;

	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", port);
	assert_int_equal(setenv("http_proxy", proxy, 1), 0);
	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &through);
	assert_int_equal(through.r, -ECONNREFUSED);
	http_free(rig.http);
	assert_int_equal(http_new(&options, &rig.http, NULL), 0);
	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &direct);
	assert_int_equal(direct.r, 0);
	rig_stop(&rig);
	unsetenv("http_proxy");
	close(fd);
}

static void test_cacert(void **state)
{
	struct http_options options = {.cacert = "/nowhere/ca.pem"};
	struct http *http;
	struct err err = {""};

	assert_int_equal(http_new(&options, &http, &err), -EINVAL);
	assert_non_null(strstr(err.text, "/nowhere/ca.pem"));
	err_clear(&err);
	options.cacert = "/dev/null";
	assert_int_equal(http_new(&options, &http, &err), -EINVAL);
	assert_non_null(strstr(err.text, "PEM"));
	http_free(NULL);
}

/* An endpoint is what somebody typed. */
static void test_other_protocols(void **state)
{
	static const char *const urls[] = {
		"file:///proc/version", "ftp://127.0.0.1/x", "dict://127.0.0.1/x"};
	RIG(rig, {.body = "{}"});

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		CLEANUP_OUTCOME struct outcome outcome;

		rig_call(&rig, "GET", urls[i], NULL, 5000, NULL, &outcome);
		assert_int_equal(outcome.r, -EBADMSG);
		assert_int_equal(outcome.answer.body.len, 0);
	}
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_empty_answer),
		cmocka_unit_test(test_redirect_is_an_answer),
		cmocka_unit_test(test_bad_answers),
		cmocka_unit_test(test_what_changes_something_is_sent_once),
		cmocka_unit_test(test_answers_to_changes_are_final),
		cmocka_unit_test(test_changes_after_stale_connection),
		cmocka_unit_test(test_get_after_stale_connection),
		cmocka_unit_test(test_changes_while_connections_close),
		cmocka_unit_test(test_comes_right),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_is_busy),
		cmocka_unit_test(test_last_answer_before_deadline),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_retry_after_too_late),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_error_too_large),
		cmocka_unit_test(test_too_large_decoded),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_plaintext_is_not_tls),
		cmocka_unit_test(test_tls_failure),
		cmocka_unit_test(test_proxy_variables),
		cmocka_unit_test(test_cacert),
		cmocka_unit_test(test_other_protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
