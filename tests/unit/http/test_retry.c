/* SPDX-License-Identifier: MIT */
/* The policy and the sentences, without a network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include "../../../src/http/curl_error.h"
#include "../../../src/http/retry.h"
#include "base/cleanup.h"
#include "http/http.h"

static const time_t new_year_2026 = 1767225600;

static void test_statuses(void **state)
{
	static const int busy[] = {429, 502, 503, 504};
	static const int final[] = {
		200, 204, 301, 400, 401, 403, 404, 408, 409, 413, 500, 501};

	for (size_t i = 0; i < ARRAY_LEN(busy); i++)
		assert_true(http_is_busy(busy[i]));
	for (size_t i = 0; i < ARRAY_LEN(final); i++)
		assert_false(http_is_busy(final[i]));
}

static void test_backoff(void **state)
{
	static const int64_t waits[] = {100, 200, 400, 800, 1600, -1};

	for (unsigned i = 0; i < ARRAY_LEN(waits); i++)
		assert_int_equal(retry_wait_ms(0, -1, i + 1, 0), waits[i]);
	for (uint32_t random = 0; random < 1000000; random += 9973)
		assert_in_range(retry_wait_ms(0, -1, 3, random), 400, 500);
	for (int i = 0; i < 100; i++)
		assert_in_range(http_repeat_wait_ms(0, -1, 3), 400, 500);
}

static void test_failures(void **state)
{
	static const struct {
		int errnum;
		unsigned max;
	} rows[] = {
		{0, 6},
		{ECONNREFUSED, 4},
		{EHOSTUNREACH, 4},
		{EREMOTEIO, 4},
		{EBADMSG, 3},
		{EPROTO, 1},
		{ETIMEDOUT, 1},
		{ENOMEM, 1},
		{EINTR, 1},
		{ESHUTDOWN, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (unsigned n = 1; n < 8; n++)
			assert_int_equal(retry_wait_ms(rows[i].errnum, -1, n, 0) >= 0,
				n < rows[i].max);
	}
}

static void test_retry_after(void **state)
{
	assert_in_range(retry_wait_ms(0, 7000, 1, 12345), 7000, 7025);
	assert_in_range(retry_wait_ms(0, 10, 1, 12345), 100, 125);
	assert_int_equal(retry_parse_after("0", 0), 0);
	assert_int_equal(retry_parse_after("120", 0), 120000);
	assert_int_equal(retry_parse_after("99999999999999999999", 0), 86400000);
	assert_int_equal(
		retry_parse_after("Thu, 01 Jan 2026 00:00:30 GMT", new_year_2026), 30000);
	assert_int_equal(
		retry_parse_after("Wed, 31 Dec 2025 00:00:30 GMT", new_year_2026), 0);
	assert_int_equal(
		retry_parse_after("Thursday, 01-Jan-26 00:00:01 GMT", new_year_2026), 1000);
	assert_int_equal(retry_parse_after("", 0), -1);
	assert_int_equal(retry_parse_after("-1", 0), -1);
	assert_int_equal(retry_parse_after("1.5", 0), -1);
	assert_int_equal(retry_parse_after("soon", 0), -1);
}

static void test_failure_errnum(void **state)
{
	static const struct {
		struct curl_error error;
		int errnum;
	} rows[] = {
		{{.curl_code = CURLE_COULDNT_CONNECT, .os_errno = ECONNREFUSED},
			ECONNREFUSED},
		{{.curl_code = CURLE_COULDNT_CONNECT, .os_errno = ENETUNREACH},
			EHOSTUNREACH},
		{{.curl_code = CURLE_COULDNT_CONNECT, .os_errno = ETIMEDOUT}, ETIMEDOUT},
		{{.curl_code = CURLE_COULDNT_RESOLVE_HOST}, EHOSTUNREACH},
		{{.curl_code = CURLE_PEER_FAILED_VERIFICATION}, EPROTO},
		{{.curl_code = CURLE_RECV_ERROR}, EREMOTEIO},
		{{.curl_code = CURLE_RECV_ERROR, .status = 200}, EBADMSG},
		{{.curl_code = CURLE_HTTP2_STREAM, .status = 200}, EBADMSG},
		{{.curl_code = CURLE_PARTIAL_FILE, .status = 200}, EBADMSG},
		{{.curl_code = CURLE_PARTIAL_FILE}, EREMOTEIO},
		{{.curl_code = CURLE_WRITE_ERROR, .too_large = true}, EBADMSG},
		{{.curl_code = CURLE_OUT_OF_MEMORY}, ENOMEM},
		{{.curl_code = CURLE_LDAP_CANNOT_BIND}, EREMOTEIO},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(curl_error_errnum(&rows[i].error), rows[i].errnum);
}

static void test_peer(void **state)
{
	static const char *const rows[][2] = {
		{"https://api.coreweave.com/v1?x=a:b", "api.coreweave.com:443"},
		{"http://localhost", "localhost:80"},
		{"http://127.0.0.1:8080/x", "127.0.0.1:8080"},
		{"HTTPS://[::1]/x", "[::1]:443"},
		{"http://[::1]:9", "[::1]:9"},
		{"https://user:pass@host/x", "host:443"},
	};
	char peer[CURL_ERROR_PEER_MAX];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		curl_error_name_peer(rows[i][0], peer);
		assert_string_equal(peer, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_failure_errnum),
		cmocka_unit_test(test_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
