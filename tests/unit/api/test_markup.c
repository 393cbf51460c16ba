/* SPDX-License-Identifier: MIT */
/* The line of text shown for a page in place of an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "../../../src/api/markup.h"
#include "base/cleanup.h"

static void test_markup(void **state)
{
	static const char *const rows[][2] = {
		{"<html><head><title> 502\n Bad  Gateway</title></head><body>x",
			"502 Bad Gateway"},
		{"<HTML><TITLE></TITLE><h1>Down</h1>", "Down"},
		{"<style>h1 {}</style><script>if (1 < 2) x()</script><p>text <b>more",
			"text"},
		{"<title", ""},
		{"<", ""},
		{"<style>", ""},
		{"", ""},
		{"<a><b", ""},
		{"plain", "plain"},
	};
	char out[64];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		markup_text(rows[i][0], strlen(rows[i][0]), out, sizeof(out));
		assert_string_equal(out, rows[i][1]);
	}
	markup_text("a long text", 11, out, 6);
	assert_int_equal(strlen(out), 4);
	assert_false(markup_is_it("", 0));
	assert_true(markup_is_it(" \n<!doctype", 11));
	assert_false(markup_is_it("{}", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
