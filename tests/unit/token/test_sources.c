/* SPDX-License-Identifier: MIT */
/* Sources of the token, files with good and bad modes, and rotation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "token/token.h"

static const struct op no_op;
static char directory[64];
static char file[128];

static int setup(void **state)
{
	strcpy(directory, "/tmp/vpcfs-token.XXXXXX");
	unsetenv("COREWEAVE_API_TOKEN");
	unsetenv("CREDENTIALS_DIRECTORY");
	if (!mkdtemp(directory))
		return -1;
	snprintf(file, sizeof(file), "%s/coreweave-token", directory);
	return 0;
}

static int teardown(void **state)
{
	unlink(file);
	return rmdir(directory);
}

/* Replaces the token as a rotation does: with another file under the same name. */
static void put_bytes(const char *bytes, size_t len, unsigned mode)
{
	char temp[sizeof(file) + 4];
	int fd;

	snprintf(temp, sizeof(temp), "%s.new", file);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(close(fd), 0);
	assert_int_equal(rename(temp, file), 0);
}

static void put(const char *text, unsigned mode)
{
	put_bytes(text, strlen(text), mode);
}

static void assert_token(struct token_source *source, const char *expected)
{
	CLEANUP_SECRET struct secret token = {0};
	struct err err = {""};

	assert_int_equal(token_get(source, &no_op, false, &token, &err), 0);
	assert_string_equal(token.bytes, expected);
	assert_string_equal(err.text, "");
}

/* As main does it. */
static int open_token(const char *path, struct token_source **ret, struct err *err)
{
	CLEANUP_SECRET struct secret given = {0};
	struct token_options options = {.file = path};
	int r = token_take_environment(&given, err);

	options.given = given.bytes;
	return r < 0 ? r : token_open(&options, ret, err);
}

static void assert_refused(const char *path, int r, const char *word)
{
	struct token_source *source;
	struct err err = {""};

	assert_int_equal(open_token(path, &source, &err), r);
	if (!strstr(err.text, word))
		fail_msg("%s", err.text);
	assert_null(strstr(err.text, "CW-SECRET"));
}

static void test_file(void **state)
{
	static const char *const texts[] = {
		"CW-SECRET-a", "CW-SECRET-a\n", "CW-SECRET-a\r\n\n", " \tCW-SECRET-a "};
	static const unsigned modes[] = {0600, 0400, 0700};
	struct token_source *source;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		put(texts[i], modes[i % ARRAY_LEN(modes)]);
		assert_int_equal(open_token(file, &source, NULL), 0);
		assert_token(source, "CW-SECRET-a");
		token_close(source);
	}
}

static void test_bad_modes(void **state)
{
	static const unsigned modes[] = {0604, 0640, 0620, 0601, 0610, 0666};

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		put("CW-SECRET-a", modes[i]);
		assert_refused(file, -EACCES, "chmod 600");
	}
}

/* As Kubernetes mounts a Secret with fsGroup; nobody may write. */
static void test_mode_of_the_own_group(void **state)
{
	struct token_source *source;

	put("CW-SECRET-a", 0440);
	assert_int_equal(open_token(file, &source, NULL), 0);
	assert_token(source, "CW-SECRET-a");
	token_close(source);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(file, 0, 12345), 0);
	assert_refused(file, -EACCES, "0440");
}

static void test_foreign_owner(void **state)
{
	if (geteuid() != 0)
		skip();
	put("CW-SECRET-a", 0600);
	assert_int_equal(chown(file, 12345, 0), 0);
	assert_refused(file, -EACCES, "12345");
}

static void test_bad_texts(void **state)
{
	char long_text[SECRET_MAX + 2];

	put("", 0600);
	assert_refused(file, -EINVAL, "empty");
	put(" \n\n", 0600);
	assert_refused(file, -EINVAL, "empty");
	put("Bearer CW-SECRET-a", 0600);
	assert_refused(file, -EINVAL, "blank");
	put("CW-SECRET-a\nCW-SECRET-b\n", 0600);
	assert_refused(file, -EINVAL, "blank");
	put("CW-SECRET-\x01", 0600);
	assert_refused(file, -EINVAL, "control");
	put("CW-SECRET-\xC3\xA4", 0600);
	assert_refused(file, -EINVAL, "non-ASCII");
	put_bytes("CW-SECRET-\0a", 12, 0600);
	assert_refused(file, -EINVAL, "control");
	memset(long_text, 'x', sizeof(long_text));
	long_text[SECRET_MAX + 1] = '\0';
	put(long_text, 0600);
	assert_refused(file, -EINVAL, "longer");
}

static void test_not_a_file(void **state)
{
	assert_refused("/nowhere/token", -ENOENT, "/nowhere/token");
	assert_refused("/proc/self/stat/x", -ENOENT, "/proc/self/stat/x");
	assert_refused(directory, -EINVAL, "regular");
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_refused(file, -EINVAL, "regular"); /* without waiting for a writer */
}

static void test_environment(void **state)
{
	struct token_source *source;
	const char *value;

	setenv("COREWEAVE_API_TOKEN", "CW-SECRET-env", 1);
	value = getenv("COREWEAVE_API_TOKEN");
	assert_int_equal(open_token(NULL, &source, NULL), 0);
	assert_token(source, "CW-SECRET-env");
	assert_null(getenv("COREWEAVE_API_TOKEN"));
	assert_string_equal(value, "");
	token_close(source);
}

/* execve accepts the same variable twice; a variable with a similar name is left alone. */
static void test_environment_is_wiped(void **state)
{
	char first[] = "COREWEAVE_API_TOKEN=one", second[] = "COREWEAVE_API_TOKEN=two";
	char other[] = "COREWEAVE_API_TOKENS=three";
	char *entries[] = {other, first, second, NULL}, **saved = environ;
	CLEANUP_SECRET struct secret given = {0};

	environ = entries;
	assert_int_equal(token_take_environment(&given, NULL), 0);
	assert_string_equal(given.bytes, "one");
	assert_memory_equal(first + 20, "\0\0\0", 3);
	assert_memory_equal(second + 20, "\0\0\0", 3);
	assert_string_equal(other + 21, "three");
	assert_ptr_equal(environ[0], other);
	assert_null(environ[1]);
	environ = saved;
}

static void test_bad_environment(void **state)
{
	char long_text[SECRET_MAX + 2];

	setenv("COREWEAVE_API_TOKEN", "CW-SECRET a", 1);
	assert_refused(NULL, -EINVAL, "COREWEAVE_API_TOKEN");
	assert_null(getenv("COREWEAVE_API_TOKEN"));
	assert_refused(NULL, -ENOENT, "token_file=PATH");
	setenv("COREWEAVE_API_TOKEN", "", 1);
	assert_refused(NULL, -ENOENT, "COREWEAVE_API_TOKEN");
	memset(long_text, 'x', SECRET_MAX + 1);
	long_text[SECRET_MAX + 1] = '\0';
	setenv("COREWEAVE_API_TOKEN", long_text, 1);
	assert_refused(NULL, -EINVAL, "longer");
	assert_null(getenv("COREWEAVE_API_TOKEN"));
}

static void test_file_before_environment(void **state)
{
	struct token_source *source;

	put("CW-SECRET-file", 0600);
	setenv("COREWEAVE_API_TOKEN", "CW-SECRET-env", 1);
	assert_int_equal(open_token(file, &source, NULL), 0);
	assert_token(source, "CW-SECRET-file");
	assert_null(getenv("COREWEAVE_API_TOKEN"));
	token_close(source);
}

static void test_credentials(void **state)
{
	struct token_source *source;

	setenv("CREDENTIALS_DIRECTORY", directory, 1);
	assert_refused(NULL, -ENOENT, "coreweave-token");
	put("CW-SECRET-cred", 0440);
	assert_int_equal(open_token(NULL, &source, NULL), 0);
	assert_token(source, "CW-SECRET-cred");
	token_close(source);
	put("CW-SECRET-cred", 0444);
	assert_refused(NULL, -EACCES, "0444");
}

static void test_rotation(void **state)
{
	CLEANUP_SECRET struct secret token = {0};
	struct token_source *source;
	struct err err = {""};

	put("CW-SECRET-1", 0600);
	assert_int_equal(open_token(file, &source, NULL), 0);
	put("CW-SECRET-2", 0600);
	assert_token(source, "CW-SECRET-2");
	put("CW-SECRET-33",
		0644); /* unusable: the old token stays, and a 401 reports why */
	assert_token(source, "CW-SECRET-2");
	assert_int_equal(token_get(source, &no_op, true, &token, &err), -EACCES);
	assert_non_null(strstr(err.text, "0644"));
	unlink(file);
	assert_token(source, "CW-SECRET-2");
	assert_int_equal(token_get(source, &no_op, true, &token, NULL), -ENOENT);
	put("CW-SECRET-4", 0600);
	assert_int_equal(token_get(source, &no_op, true, &token, NULL), 0);
	assert_string_equal(token.bytes, "CW-SECRET-4");
	token_close(source);
}

static void test_given(void **state)
{
	CLEANUP_SECRET struct secret token = {0};
	struct token_options options = {.given = "abc"}, empty = {.given = ""};
	struct token_source *source;

	assert_int_equal(token_open(&options, &source, NULL), 0);
	assert_int_equal(token_get(source, &no_op, true, &token, NULL), 0);
	assert_string_equal(token.bytes, "abc");
	token_close(source);
	assert_int_equal(token_open(&empty, &source, NULL), -EINVAL);
	token_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file),
		TEST(test_bad_modes),
		TEST(test_mode_of_the_own_group),
		TEST(test_foreign_owner),
		TEST(test_bad_texts),
		TEST(test_not_a_file),
		TEST(test_environment),
		TEST(test_environment_is_wiped),
		TEST(test_bad_environment),
		TEST(test_file_before_environment),
		TEST(test_credentials),
		TEST(test_rotation),
		TEST(test_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
