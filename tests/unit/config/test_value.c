/* SPDX-License-Identifier: MIT */
/* Values of options: what is taken, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include "../../../src/config/value.h"
#include "base/cleanup.h"

static void test_seconds(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} good[] = {
		{"0", 0},
		{"5", 5000},
		{"0.5", 500},
		{"0.3", 300},
		{"2.675", 2675},
		{".25", 250},
		{"1.", 1000},
		{"0.0001", 1},
		{"86400", 86400000},
		{"007", 7000},
		{"1.00000000000000000000001", 1000},
	};
	static const char *const bad[] = {"", ".", "-1", "+1", "1e3", "inf", "nan", "0x10",
		"5s", "5 ", " 5", "1,5", "1.2.3", "86400.1", "86401",
		"99999999999999999999999999"};
	uint64_t ms;

	setlocale(LC_ALL, "de_DE.UTF-8");
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(value_seconds(good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (value_seconds(bad[i], &ms))
			fail_msg("accepted %s", bad[i]);
	}
}

static void test_duration(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} good[] = {
		{"10", 10000},
		{"2.5", 2500},
		{"1m30s", 90000},
		{"500ms", 500},
		{"1.5h", 5400000},
		{"100us", 1},
		{"1\xC2\xB5s", 1},
		{"2s500ms", 2500},
		{"1000000ns", 1},
		{"24h", 86400000},
		{"0.1s", 100},
		{"0", 0},
	};
	static const char *const bad[] = {"", "s", "1x", "1m30", "1 m", "-5s", "1d", "25h",
		"1h1", "s1", "1mm", "99999999999h"};
	uint64_t ms;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(value_duration(good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (value_duration(bad[i], &ms))
			fail_msg("accepted %s", bad[i]);
	}
}

static void test_ids_and_umask(void **state)
{
	mode_t mode;
	uid_t uid;
	gid_t gid;

	assert_true(value_umask("077", &mode) && mode == 077);
	assert_true(value_umask("0", &mode) && mode == 0);
	assert_true(value_umask("0022", &mode) && mode == 022);
	assert_false(value_umask("", &mode));
	assert_false(value_umask("8", &mode));
	assert_false(value_umask("1000", &mode));
	assert_false(value_umask("00777", &mode));
	assert_true(value_uid("1000", &uid) && uid == 1000);
	assert_true(value_uid("4294967294", &uid) && uid == 4294967294u);
	assert_true(value_uid("root", &uid) && uid == 0);
	assert_false(value_uid("4294967295", &uid));
	assert_false(value_uid("-1", &uid));
	assert_false(value_uid("", &uid));
	assert_false(value_uid("no such user", &uid));
	assert_true(value_gid("root", &gid) && gid == 0);
	assert_true(value_gid("5", &gid) && gid == 5);
	assert_false(value_gid("5x", &gid));
}

static void check_absolute(const char *path, const char *expected)
{
	CLEANUP_FREE char *full = value_absolute(path);

	assert_string_equal(full, expected);
}

static void test_absolute(void **state)
{
	assert_int_equal(chdir("/usr/lib"), 0);
	check_absolute("/a/b", "/a/b");
	check_absolute("/a/b///", "/a/b");
	check_absolute("/", "/");
	check_absolute("///", "/");
	check_absolute("mnt", "/usr/lib/mnt");
	check_absolute("./mnt/", "/usr/lib/mnt");
	check_absolute(".//./mnt", "/usr/lib/mnt");
	check_absolute(".", "/usr/lib");
	check_absolute("../mnt", "/usr/lib/../mnt");
	assert_int_equal(chdir("/"), 0);
	check_absolute("mnt", "/mnt");
	check_absolute(".", "/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_ids_and_umask),
		cmocka_unit_test(test_absolute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
