/* SPDX-License-Identifier: MIT */
/* Tokens from a command: what it may print, when it is run, and how it may fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "token/token.h"

#define TIMEOUT_MS  5000
#define READERS	    8
#define NOT_LONG_MS 2000 /* milliseconds; the command would take 100 s */

static char directory[64], counter[128];

/* Each run adds a byte to the file; $n is how many there are. */
static const char preamble[] = "printf x >> \"$0\"; n=$(wc -c < \"$0\"); ";

static int setup(void **state)
{
	strcpy(directory, "/tmp/vpcfs-command.XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(counter, sizeof(counter), "%s/runs", directory);
	return 0;
}

static int teardown(void **state)
{
	unlink(counter);
	return rmdir(directory);
}

static size_t runs(void)
{
	struct stat st;

	return stat(counter, &st) == 0 ? (size_t)st.st_size : 0;
}

static int open_script(
	const char *text, uint64_t timeout_ms, struct token_source **ret, struct err *err)
{
	static char script[4096];
	static char *argv[] = {(char *)"sh", (char *)"-c", script, counter, NULL};
	struct token_options options = {.command = argv, .timeout_ms = timeout_ms};

	snprintf(script, sizeof(script), "%s%s", preamble, text);
	return token_open(&options, ret, err);
}

static struct token_source *opened(const char *text)
{
	struct token_source *source = NULL;
	struct err err = {""};

	if (open_script(text, TIMEOUT_MS, &source, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	return source;
}

static int get(
	struct token_source *source, bool again, struct secret *token, struct err *err)
{
	struct op op = {.deadline_ms = clock_mono_ms() + TIMEOUT_MS};

	return token_get(source, &op, again, token, err);
}

static void assert_token(
	struct token_source *source, bool again, const char *refused, const char *expected)
{
	CLEANUP_SECRET struct secret token = {0};
	struct err err = {""};

	secret_set(&token, refused, strlen(refused));
	if (get(source, again, &token, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(token.bytes, expected);
}

static void test_what_it_prints(void **state)
{
	static const struct {
		const char *script;
		const char *token;
	} rows[] = {
		{"echo CW-SECRET-a", "CW-SECRET-a"},
		{"printf 'CW-SECRET-a'", "CW-SECRET-a"},
		{"echo note >&2; echo '  CW-SECRET-a '; echo", "CW-SECRET-a"},
		{"echo "
		 "'{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication."
		 "k8s.io/v1\",\"spec\":{},\"status\":{\"token\":\"CW-SECRET-b\"}}'",
			"CW-SECRET-b"},
		{"echo ' "
		 "{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"CW-SECRET-b\","
		 "\"expirationTimestamp\":null}}'",
			"CW-SECRET-b"},
		{"echo CW-SECRET-a; sleep 100 &",
			"CW-SECRET-a"}, /* the command itself has ended */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t begun = clock_mono_ms();
		struct token_source *source = opened(rows[i].script);

		assert_token(source, false, "", rows[i].token);
		token_close(source);
		assert_true(clock_mono_ms() - begun < NOT_LONG_MS);
	}
}

static void test_failures(void **state)
{
	static const struct {
		const char *script;
		int r;
		const char *word;
	} rows[] = {
		{"echo CW-SECRET-a; echo 'not logged in' >&2; exit 3", -EIO,
			"exit status 3: not logged in"},
		{"set -x; echo CW-SECRET-a; exit 1", -EIO, "+ echo ****"},
		{"kill -TERM $$", -EIO, "signal 15"},
		{":", -EINVAL, "empty"},
		{"echo two words", -EINVAL, "blank"},
		{"yes", -EFBIG, "prints more than 65536 bytes"},
		{"echo '{\"kind\":'", -EINVAL, "not valid"},
		{"echo '{\"status\":{\"token\":\"CW-SECRET-a\"}}'", -EINVAL,
			"ExecCredential"},
		{"echo '{\"kind\":\"ExecCredential\",\"status\":{}}'", -EINVAL,
			"status.token"},
		{"echo '{\"kind\":\"ExecCredential\",\"status\":{\"token\":7}}'", -EINVAL,
			"status.token"},
		{"echo '{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"CW-SECRET-a\","
		 "\"expirationTimestamp\":\"soon\"}}'",
			-EINVAL, "expirationTimestamp"},
		{"printf 'a\\033[1mb\\n' >&2; exit 1", -EIO, "a?[1mb"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct token_source *source;
		struct err err = {""};

		if (open_script(rows[i].script, TIMEOUT_MS, &source, &err) != rows[i].r ||
			!strstr(err.text, rows[i].word))
			fail_msg("%s: %s", rows[i].script, err.text);
		assert_null(strstr(err.text, "SECRET"));
		assert_null(strchr(err.text, '\n'));
	}
}

static void test_deadline(void **state)
{
	/* The same for a command that writes without end, and for one whose child keeps running. */
	static const char *const scripts[] = {"echo hm >&2; sleep 100",
		"while :; do echo hm >&2; done", "trap '' TERM INT; sleep 100 & wait"};

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		uint64_t begun = clock_mono_ms();
		struct token_source *source;
		struct err err = {""};

		assert_int_equal(open_script(scripts[i], 300, &source, &err), -ETIMEDOUT);
		assert_non_null(strstr(err.text, "0.3 s"));
		assert_true(i == 2 || strstr(err.text, "hm"));
		assert_true(clock_mono_ms() - begun < NOT_LONG_MS);
	}
}

static void test_run_again_when_refused(void **state)
{
	struct token_source *source = opened("echo T$n");

	assert_token(source, false, "", "T1");
	assert_token(source, false, "", "T1");
	assert_int_equal(runs(), 1);
	assert_token(source, true, "T1", "T2");
	assert_token(source, true, "T1", "T2"); /* another caller has renewed it since */
	assert_int_equal(runs(), 2);
	token_forget(source);
	assert_token(source, false, "", "T3");
	assert_int_equal(runs(), 3);
	token_close(source);
}

/* The text of a script that prints a token with an expiry so many milliseconds from now. */
static const char *expiring(char text[512], int ms)
{
	struct timespec at = clock_real();
	char time_text[CLOCK_TEXT_MAX];

	at.tv_sec += ms / 1000;
	clock_format_rfc3339(at, time_text);
	snprintf(text, 512,
		"echo \"{\\\"kind\\\":\\\"ExecCredential\\\",\\\"status\\\":{\\\"token\\\":"
		"\\\"T$n\\\",\\\"expirationTimestamp\\\":\\\"%s\\\"}}\"",
		time_text);
	return text;
}

/* A token that has expired by this machine's clock is still used for the callers that waited for
 * it: the server decides. */
static void test_expired(void **state)
{
	char text[512];
	struct token_source *source = opened(expiring(text, -5000));

	assert_int_equal(runs(), 1);
	assert_token(source, false, "", "T2");
	assert_token(source, false, "", "T3");
	token_close(source);
}

/* When a fifth of its time is left, it is renewed and nobody waits. */
static void test_renewed_early(void **state)
{
	struct timespec pause = {.tv_nsec = 20000000};
	char text[512];
	struct token_source *source = opened(expiring(text, 3000));

	assert_token(source, false, "", "T1");
	assert_int_equal(runs(), 1);
	for (int i = 0; i < 200 && runs() == 1; i++) {
		CLEANUP_SECRET struct secret token = {0};

		assert_int_equal(get(source, false, &token, NULL), 0);
		nanosleep(&pause, NULL);
	}
	assert_true(runs() > 1);
	token_close(source);
}

static void *read_token(void *source)
{
	CLEANUP_SECRET struct secret token = {0};

	secret_set(&token, "T1", 2);
	return get(source, true, &token, NULL) == 0 && strcmp(token.bytes, "T2") == 0
		       ? source
		       : NULL;
}

static void test_once_for_all_who_wait(void **state)
{
	struct token_source *source = opened("sleep 0.3; echo T$n");
	pthread_t threads[READERS];

	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_token, source), 0);
	for (size_t i = 0; i < READERS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		assert_ptr_equal(result, source);
	}
	assert_int_equal(runs(), 2);
	token_close(source);
}

/* A caller leaves at its deadline; at the end of the program it leaves at once. */
static void test_a_hanging_command(void **state)
{
	struct token_source *source =
		opened("[ $n = 1 ] && echo T1 || { echo late >&2; sleep 100; }");
	CLEANUP_SECRET struct secret token = {0};
	struct op op = {.deadline_ms = clock_mono_ms() + 200};
	struct err err = {""};
	uint64_t begun = clock_mono_ms();

	secret_set(&token, "T1", 2);
	assert_int_equal(token_get(source, &op, true, &token, &err), -ETIMEDOUT);
	assert_non_null(strstr(err.text, "sh"));
	token_shut_down(source);
	assert_int_equal(get(source, true, &token, NULL), -ESHUTDOWN);
	token_close(source);
	assert_true(clock_mono_ms() - begun < NOT_LONG_MS);
}

/* A failure is reported, and the next caller runs the command again. */
static void test_a_failure_passes(void **state)
{
	struct token_source *source =
		opened("[ $n = 2 ] && { echo locked >&2; exit 1; }; echo T$n");
	CLEANUP_SECRET struct secret token = {0};
	struct err err = {""};

	secret_set(&token, "T1", 2);
	assert_int_equal(get(source, true, &token, &err), -EIO);
	assert_non_null(strstr(err.text, "locked"));
	assert_token(source, true, "T1", "T3");
	token_close(source);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_it_prints),
		TEST(test_failures),
		TEST(test_deadline),
		TEST(test_run_again_when_refused),
		TEST(test_expired),
		TEST(test_renewed_early),
		TEST(test_once_for_all_who_wait),
		TEST(test_a_hanging_command),
		TEST(test_a_failure_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
