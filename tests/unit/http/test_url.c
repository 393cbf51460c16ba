/* SPDX-License-Identifier: MIT */
/* URLs that a token may be sent to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "http/url.h"

static void test_good(void **state)
{
	static const struct {
		const char *text, *url;
		bool https, loopback;
	} rows[] = {
		{"https://api.coreweave.com", "https://api.coreweave.com", true, false},
		{"https://h///", "https://h", true, false},
		{"HTTPS://h:8443/a/b/", "https://h:8443/a/b", true, false},
		{"http://127.0.0.1:9", "http://127.0.0.1:9", false, true},
		{"http://127.1", "http://127.0.0.1", false, true},
		{"http://0x7f000001:1", "http://127.0.0.1:1", false, true},
		{"http://[::1]:80", "http://[::1]:80", false, true},
		{"http://127.9.8.7", "http://127.9.8.7", false, true},
		{"http://LOCALHOST:1/", "http://LOCALHOST:1", false, true},
		{"https://[2001:db8::1]/x@y", "https://[2001:db8::1]/x@y", true, false},
		{"http://10.0.0.1", "http://10.0.0.1", false, false},
		{"http://0.0.0.0", "http://0.0.0.0", false, false},
		{"http://localhost.example", "http://localhost.example", false, false},
		{"http://127.0.0.1.example", "http://127.0.0.1.example", false, false},
		{"http://[2001:db8::1]", "http://[2001:db8::1]", false, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_URL struct url url = {.text = NULL};
		struct err err = {""};

		if (url_parse(rows[i].text, &url, &err) != 0)
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_string_equal(url.text, rows[i].url);
		assert_int_equal(url.is_https, rows[i].https);
		assert_int_equal(url.is_loopback, rows[i].loopback);
	}
}

static void test_bad(void **state)
{
	static const char *const rows[][2] = {
		{"", "https://"},
		{"api.coreweave.com", "https://"},
		{"/x", "https://"},
		{"ftp://h", "https://"},
		{"file:///x", "https://"},
		{"https://", "https://"},
		{"https://a b", "https://"},
		{"https://h:99999", "h:99999"},
		{"https://h:x", "h:x"},
		{"https://h:80:80", "h:80:80"},
		{"https://:80", ":80"},
		{"https://[xyz]", "[xyz]"},
		{"https://[::1]x", "[::1]x"},
		{"https://h\\x", "h\\x"},
		{"https://a,b/", "a,b"},
		{"https://[::1", "https://"},
		{"https://h?a=b", "?"},
		{"https://h/#f", "#"},
		{"https://user@h", "user"},
		{"https://user:SECRET@h", "user"},
		{"https://user:SECRET@h:99999", "user"},
		{"https://h\n/", "https://"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_URL struct url url = {.text = NULL};
		struct err err = {""};

		if (url_parse(rows[i][0], &url, &err) != -EINVAL ||
			!strstr(err.text, rows[i][1]) || strstr(err.text, "SECRET"))
			fail_msg("%s: %s", rows[i][0], err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
