/* SPDX-License-Identifier: MIT */
/* Secrets: limits, comparison, and that their pages are not in core dumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/secret.h"

static void test_set_and_wipe(void **state)
{
	struct secret s = {0};
	static const char big[SECRET_MAX + 1];

	assert_int_equal(secret_set(&s, "abc", 3), 0);
	assert_string_equal(s.bytes, "abc");
	assert_int_equal(secret_set(&s, s.bytes + 1, 2), 0); /* from itself */
	assert_string_equal(s.bytes, "bc");
	assert_int_equal(secret_set(&s, big, SECRET_MAX + 1), -EFBIG);
	assert_string_equal(s.bytes, "bc");
	assert_int_equal(secret_set(&s, big, SECRET_MAX), 0);
	assert_int_equal(s.len, SECRET_MAX);
	secret_wipe(&s);
	assert_null(s.bytes);
	secret_wipe(&s);
}

static void test_equal(void **state)
{
	CLEANUP_SECRET struct secret a = {0}, b = {0}, none = {0};

	assert_int_equal(secret_set(&a, "abc", 3), 0);
	assert_int_equal(secret_set(&b, "abd", 3), 0);
	assert_false(secret_equal(&a, &b));
	assert_false(secret_equal(&a, &none));
	assert_true(secret_equal(&none, &none));
	assert_int_equal(secret_set(&b, "abc", 3), 0);
	assert_true(secret_equal(&a, &b));
}

/* "dd" among the VmFlags of the mapping (proc_pid_smaps(5)). */
static void test_not_in_core_dumps(void **state)
{
	CLEANUP_SECRET struct secret s = {0};
	char line[512], start[32];
	bool inside = false, found = false;
	FILE *maps;

	assert_int_equal(secret_set(&s, "abc", 3), 0);
	snprintf(start, sizeof(start), "%lx-", (unsigned long)s.bytes);
	maps = fopen("/proc/self/smaps", "r");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		if (strncmp(line, start, strlen(start)) == 0)
			inside = true;
		if (inside && strncmp(line, "VmFlags:", 8) == 0) {
			found = strstr(line, " dd") != NULL;
			break;
		}
	}
	fclose(maps);
	assert_true(inside && found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_and_wipe),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_not_in_core_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
