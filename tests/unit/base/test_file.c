/* SPDX-License-Identifier: MIT */
/* Whole files, up to a maximum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"

static char directory[64];
static char path[128];

static int setup(void **state)
{
	strcpy(directory, "/tmp/vpcfs-file.XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/file", directory);
	return 0;
}

static int teardown(void **state)
{
	unlink(path);
	return rmdir(directory);
}

static void put(const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fputs(text, out) < 0, 0);
	assert_int_equal(fclose(out), 0);
}

static void test_read(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(3);

	assert_int_equal(file_read(path, &b), -ENOENT);
	assert_int_equal(file_read(directory, &b), -EISDIR);
	put("four");
	assert_int_equal(file_read(path, &b), -EFBIG);
	put("abc");
	assert_int_equal(file_read(path, &b), 0);
	assert_string_equal(b.data, "abc");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
