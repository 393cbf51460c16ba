/* SPDX-License-Identifier: MIT */
/* Bytes as base64, texts as JSON strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "base/base64.h"
#include "base/quote.h"

/* RFC 4648, section 10. */
static const struct {
	const char *bytes, *padded;
} rows[] = {
	{"", ""},
	{"f", "Zg=="},
	{"fo", "Zm8="},
	{"foo", "Zm9v"},
	{"foob", "Zm9vYg=="},
	{"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"},
	{"\xFB\xFF\xFE", "+//+"},
};

static void test_both_ways(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf text = BUF_INIT(100), bare = BUF_INIT(100),
				       bytes = BUF_INIT(100);
		size_t len = strlen(rows[i].bytes);

		assert_int_equal(base64_encode(rows[i].bytes, len, true, &text), 0);
		assert_string_equal(buf_str(&text), rows[i].padded);
		assert_int_equal(base64_encode(rows[i].bytes, len, false, &bare), 0);
		assert_int_equal(bare.len, strcspn(rows[i].padded, "="));
		assert_memory_equal(buf_str(&bare), rows[i].padded, bare.len);
		assert_int_equal(base64_decode(buf_str(&text), text.len, &bytes), 0);
		assert_int_equal(base64_decode(buf_str(&bare), bare.len, &bytes), 0);
		assert_int_equal(bytes.len, 2 * len);
		assert_memory_equal(buf_str(&bytes), rows[i].bytes, len);
		assert_memory_equal(buf_str(&bytes) + len, rows[i].bytes, len);
	}
}

static void test_refused(void **state)
{
	static const char *const wrong[] = {"Z", "Zm9vY", "Z===", "=",
		"==", "Zg=", "Zm8==", "Zm9v====", "Z g=", "Zm9v\n",
		"Zg==Zg==", "Zm\xC3\xA4", "Zm.v"};
	CLEANUP_BUF struct buf bytes = BUF_INIT(100);

	assert_int_equal(buf_adds(&bytes, "before"), 0);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(
			base64_decode(wrong[i], strlen(wrong[i]), &bytes), -EINVAL);
		assert_string_equal(buf_str(&bytes), "before");
	}
	assert_int_equal(base64_decode("-_-_", 4, &bytes), 0);
	assert_memory_equal(bytes.data + 6, "\xFB\xFF\xBF", 3);
}

static void test_full(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(10);

	assert_int_equal(buf_adds(&text, "before"), 0);
	assert_int_equal(base64_encode("1234", 4, true, &text), -EFBIG);
	assert_string_equal(buf_str(&text), "before");
	assert_int_equal(base64_decode("MTIzNDU2", 8, &text), -EFBIG);
	assert_string_equal(buf_str(&text), "before");
	assert_int_equal(base64_encode("123", 3, true, &text), 0);
}

static void test_quote(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(100);

	assert_int_equal(quote_json("a\"\\/\b\f\n\r\t\0\x1F\x7F\xC3\xA4", 14, &text), 0);
	assert_string_equal(
		buf_str(&text), "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\x7F\xC3\xA4\"");
	text.max = text.len + 3;
	assert_int_equal(quote_json("ab", 2, &text), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
