/* SPDX-License-Identifier: MIT */
/* Command lines split into words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "base/buf.h"
#include "base/words.h"

/* The words with a bar behind each. */
static void test_good(void **state)
{
	static const char *const rows[][2] = {
		{"cwic auth token", "cwic|auth|token|"},
		{"  a\tb\n c ", "a|b|c|"},
		{"a 'b  c' d", "a|b  c|d|"},
		{"a'b'\"c\"d", "abcd|"},
		{"'' a \"\"", "|a||"},
		{"a\\ b c\\\\d", "a b|c\\d|"},
		{"\"a \\\" \\\\ \\$ \\n\"", "a \" \\ $ \\n|"},
		{"'a\\'b", "a\\b|"},
		{"echo $HOME *.c ~ ; a | b > c", "echo|$HOME|*.c|~|;|a|||b|>|c|"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf all = BUF_INIT(4096);
		char **words;

		assert_int_equal(words_split(rows[i][0], &words, NULL), 0);
		for (char **word = words; *word; word++)
			assert_int_equal(buf_addf(&all, "%s|", *word), 0);
		assert_string_equal(buf_str(&all), rows[i][1]);
		words_free(words);
	}
	words_free(NULL);
}

static void test_bad(void **state)
{
	static const char *const rows[][2] = {{"", "no word"}, {" \t", "no word"},
		{"a 'b", "'"}, {"a \"b", "\""}, {"a \"b\\\"", "\""}, {"a\\", "backslash"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};
		char **words;

		assert_int_equal(words_split(rows[i][0], &words, &err), -EINVAL);
		assert_non_null(strstr(err.text, rows[i][1]));
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
