/* SPDX-License-Identifier: MIT */
/* Whole files, replaced whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

static void assert_content(const char *expected, size_t len)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(file_read(path, &b), 0);
	assert_int_equal(b.len, len);
	assert_memory_equal(buf_str(&b), expected, len);
}

static int count_entries(void)
{
	DIR *d = opendir(directory);
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void test_replace(void **state)
{
	struct stat st;

	assert_int_equal(file_replace(path, "one", 3, 0600), 0);
	assert_content("one", 3);
	assert_int_equal(file_replace(path, "t\0wo", 4, 0640), 0);
	assert_content("t\0wo", 4);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(file_replace(path, "", 0, 0600), 0);
	assert_content("", 0);
	assert_int_equal(count_entries(), 1);
}

static void test_replace_fails(void **state)
{
	char sub[160];

	snprintf(sub, sizeof(sub), "%s/none/file", directory);
	assert_int_equal(file_replace(sub, "x", 1, 0600), -ENOENT);
	assert_int_equal(mkdir(path, 0700), 0); /* a directory is in the way */
	assert_int_equal(file_replace(path, "x", 1, 0600), -EISDIR);
	assert_int_equal(count_entries(), 1); /* no temporary file is left */
	assert_int_equal(rmdir(path), 0);
}

static void test_read_fails(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(3);

	assert_int_equal(file_read(path, &b), -ENOENT);
	assert_int_equal(file_read(directory, &b), -EISDIR);
	assert_int_equal(file_replace(path, "four", 4, 0600), 0);
	assert_int_equal(file_read(path, &b), -EFBIG);
	assert_int_equal(file_replace(path, "abc", 3, 0600), 0);
	assert_int_equal(file_read(path, &b), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_replace),
		TEST(test_replace_fails),
		TEST(test_read_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
