/* SPDX-License-Identifier: MIT */
/* UTF-8 and sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/err.h"
#include "base/utf8.h"

static const char *const well_formed[] = {
	"",
	"abc",
	"\x7F",
	"\xC2\x80",
	"\xDF\xBF",
	"\xE0\xA0\x80",
	"\xED\x9F\xBF",
	"\xEE\x80\x80",
	"\xEF\xBF\xBF",
	"\xF0\x90\x80\x80",
	"\xF4\x8F\xBF\xBF",
	"a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z",
};
static const char *const broken[] = {
	"\x80",
	"\xBF",
	"\xC0\x80",
	"\xC1\xBF",
	"\xC2",
	"\xC2"
	"a",
	"\xE0\x9F\xBF",
	"\xE0\xA0",
	"\xED\xA0\x80",
	"\xED\xBF\xBF",
	"\xF0\x8F\xBF\xBF",
	"\xF0\x90\x80",
	"\xF4\x90\x80\x80",
	"\xF5\x80\x80\x80",
	"\xFE",
	"\xFF",
	"ab\xC3",
	"\xE2\x82"
	"a",
	"\xF0\x9F\x98"
	"a",
};

static void test_valid(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(well_formed); i++)
		assert_true(utf8_is_valid(well_formed[i], strlen(well_formed[i])));
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_false(utf8_is_valid(broken[i], strlen(broken[i])));
	assert_true(utf8_is_valid("a\0b", 3));
}

static void test_cut(void **state)
{
	static const char text[] = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
	static const size_t cuts[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10, 10};

	for (size_t max = 0; max < ARRAY_LEN(cuts); max++)
		assert_int_equal(utf8_cut(text, 10, max), cuts[max]);
	assert_int_equal(utf8_cut("\x80\x80", 2, 1), 0);
}

static void test_clean(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"plain \xC3\xA4\n", "plain \xC3\xA4\n"},
		{"\x1B[31m\r\t\x7F", "?[31m???"},
		{"a\xFFz\xC2", "a?z?"},
		{"\xC2\x9B"
		 "31m \xC2\xA0.",
			"?31m \xC2\xA0."},
		{"\xED\xA0\x80", "???"},
	};
	char out[64], tiny[4];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		utf8_clean(out, sizeof(out), rows[i].in, strlen(rows[i].in));
		assert_string_equal(out, rows[i].out);
	}
	utf8_clean(out, sizeof(out), "a\0b", 3);
	assert_string_equal(out, "a?b");
	utf8_clean(tiny, sizeof(tiny), "ab\xC3\xA4", 4);
	assert_string_equal(tiny, "ab");
	utf8_clean(tiny, 1, "abc", 3);
	assert_string_equal(tiny, "");
	utf8_clean(NULL, 0, "abc", 3);
}

static void test_err(void **state)
{
	struct err err = {""};
	char big[2 * ERR_TEXT_MAX];

	assert_int_equal(err_set(&err, EINVAL, "%s %d", "first", 1), -EINVAL);
	assert_int_equal(err_set(&err, EIO, "second"), -EIO);
	assert_string_equal(err.text, "first 1");
	err_clear(&err);
	assert_string_equal(err.text, "");
	assert_string_equal(err_name(ENOENT), "ENOENT");
	assert_string_equal(err_name(0), "-");
	assert_string_equal(err_name(4000), "?");
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	err_set(&err, EIO, "%s", big);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	assert_int_equal(err_set(NULL, EPERM, "nobody reads it"), -EPERM);
	err_clear(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_err),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
