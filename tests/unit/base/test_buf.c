/* SPDX-License-Identifier: MIT */
/* Limits, holes and what a refused addition leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"

static void test_add(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1000);

	assert_string_equal(buf_str(&b), "");
	assert_int_equal(buf_add(&b, NULL, 0), 0);
	assert_int_equal(buf_adds(&b, "ab"), 0);
	assert_int_equal(buf_addc(&b, 'c'), 0);
	assert_int_equal(buf_addf(&b, "%d%s", 12, "x"), 0);
	assert_int_equal(buf_add(&b, "\0y", 2), 0);
	assert_int_equal(b.len, 8);
	assert_memory_equal(b.data, "abc12x\0y", 9);
}

static void test_limit(void **state)
{
	for (size_t max = 0; max < 200; max++) {
		CLEANUP_BUF struct buf b = BUF_INIT(max);

		for (size_t i = 0; i < max; i++)
			assert_int_equal(buf_addc(&b, 'x'), 0);
		assert_int_equal(buf_addc(&b, 'y'), -EFBIG);
		assert_int_equal(buf_addf(&b, "%s", "yy"), -EFBIG);
		assert_int_equal(b.len, max);
		assert_true(b.cap <= max + 1 || max == 0);
		assert_int_equal(strlen(buf_str(&b)), max);
	}
}

static void test_refused_addition_changes_nothing(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(4);
	char five[5] = "12345";

	assert_int_equal(buf_adds(&b, "abc"), 0);
	assert_int_equal(buf_add(&b, five, 2), -EFBIG);
	assert_int_equal(buf_add(&b, five, SIZE_MAX), -EFBIG);
	assert_int_equal(buf_put(&b, 4, five, 1), -EFBIG);
	assert_int_equal(buf_put(&b, SIZE_MAX, five, 2), -EFBIG);
	assert_int_equal(buf_resize(&b, 5), -EFBIG);
	assert_string_equal(b.data, "abc");
}

static void test_resize_and_put(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(100);

	assert_int_equal(buf_put(&b, 3, "xy", 2), 0);
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.data, "\0\0\0xy", 6);
	assert_int_equal(buf_put(&b, 0, "abcd", 4), 0);
	assert_memory_equal(b.data, "abcdy", 6);
	assert_int_equal(buf_resize(&b, 2), 0);
	assert_string_equal(b.data, "ab");
	assert_int_equal(buf_resize(&b, 4), 0); /* no old bytes come back */
	assert_memory_equal(b.data, "ab\0\0", 5);
	assert_int_equal(buf_put(&b, 4, NULL, 0), 0);
	assert_int_equal(b.len, 4);
	assert_int_equal(buf_resize(&b, 0), 0);
	assert_string_equal(buf_str(&b), "");
}

static void test_copy(void **state)
{
	CLEANUP_BUF struct buf a = BUF_INIT(100), b = BUF_INIT(3);

	assert_int_equal(buf_copy(&b, &a), 0);
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_adds(&a, "abcd"), 0);
	assert_int_equal(buf_adds(&b, "x"), 0);
	assert_int_equal(buf_copy(&b, &a), -EFBIG);
	assert_string_equal(buf_str(&b), "x");
	assert_int_equal(buf_resize(&a, 3), 0);
	assert_int_equal(buf_copy(&b, &a), 0);
	assert_string_equal(buf_str(&b), "abc");
	b.max = 100;
	assert_int_equal(buf_copy(&b, &b), 0);
	assert_string_equal(buf_str(&b), "abc");
}

static void test_steal(void **state)
{
	struct buf b = BUF_INIT(10);
	char *text = buf_steal(&b);

	assert_string_equal(text, "");
	free(text);
	assert_int_equal(buf_adds(&b, "abc"), 0);
	text = buf_steal(&b);
	assert_string_equal(text, "abc");
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 10);
	free(text);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_refused_addition_changes_nothing),
		cmocka_unit_test(test_resize_and_put),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_steal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
