/* SPDX-License-Identifier: MIT */
/* Programs that are run: what they inherit, and how they end. (How they fail: tests/unit/token.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/command.h"

#define OUTPUT_MAX 4096

static int run(const char *script, int stop_fd, char out[OUTPUT_MAX], struct err *err)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	struct command command = {.argv = argv, .timeout_ms = 5000, .stop_fd = stop_fd};
	size_t len = 0;
	int r = command_run(&command, out, OUTPUT_MAX - 1, &len, err);

	out[len] = '\0';
	return r;
}

static void assert_prints(const char *script, const char *expected)
{
	char out[OUTPUT_MAX];
	struct err err = {""};

	if (run(script, -1, out, &err) != 0)
		fail_msg("%s: %s", script, err.text);
	assert_string_equal(out, expected);
}

/* Descriptors without close-on-exec, too. */
static void test_no_descriptor_is_inherited(void **state)
{
	CLEANUP_CLOSE int low = open("/dev/null", O_RDONLY);
	int high = dup2(low, 900);

	assert_true(low >= 0 && high == 900);
	assert_prints(
		"for fd in /proc/self/fd/*; do [ -e \"$fd\" ] && echo ${fd##*/}; done | "
		"sort -n | head -n 4 | tr '\\n' ' '; readlink /proc/self/fd/0",
		"0 1 2 /dev/null\n");
	assert_prints(
		"test -e /proc/$$/fd/900 || test -e /proc/$$/fd/3 || echo none", "none\n");
	close(high);
}

static void test_no_signal_is_inherited(void **state)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	signal(SIGPIPE, SIG_IGN);
	/* make(1) leaves the C library's own signals, 32 and 33, ignored. */
	assert_prints("sed -n 's/^SigBlk:.//p; s/^SigIgn:.*\\(.......\\)$/\\1/p' "
		      "/proc/self/status",
		"0000000000000000\n0000000\n");
	signal(SIGPIPE, SIG_DFL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void test_a_session_of_its_own(void **state)
{
	assert_prints("[ $(ps -o sid= -p $$) = $$ ] && echo yes", "yes\n");
}

static void test_the_whole_group_is_killed(void **state)
{
	char out[OUTPUT_MAX], file[] = "/tmp/vpcfs-group.XXXXXX", script[256],
			      text[32] = "";
	CLEANUP_CLOSE int fd = mkstemp(file), stop = eventfd(0, 0);
	struct timespec pause = {.tv_nsec = 10000000};
	struct err err = {""};
	pid_t grandchild;

	snprintf(script, sizeof(script), "sleep 100 & echo $! > %s; kill -STOP $$", file);
	eventfd_write(stop, 0);
	{
		char *argv[] = {(char *)"sh", (char *)"-c", script, NULL};
		struct command command = {.argv = argv, .timeout_ms = 500, .stop_fd = stop};
		size_t len;

		assert_int_equal(
			command_run(&command, out, OUTPUT_MAX, &len, &err), -ETIMEDOUT);
	}
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	unlink(file);
	grandchild = atoi(text);
	assert_true(grandchild > 1);
	for (int i = 0; i < 200 && kill(grandchild, 0) == 0; i++)
		nanosleep(&pause, NULL);
	/* Its new parent may be slow to reap it, so a zombie is good enough. */
	snprintf(script, sizeof(script), "/proc/%d/exe", grandchild);
	assert_true(kill(grandchild, 0) < 0 || access(script, F_OK) < 0);
}

static void test_stopped(void **state)
{
	CLEANUP_CLOSE int stop = eventfd(1, 0);
	char out[OUTPUT_MAX];
	struct err err = {""};

	assert_int_equal(run("sleep 100", stop, out, &err), -ESHUTDOWN);
}

static void test_not_there(void **state)
{
	char *argv[] = {(char *)"/nowhere/at/all", NULL}, out[8];
	struct command command = {.argv = argv, .timeout_ms = 5000, .stop_fd = -1};
	struct err err = {""};
	size_t len;

	assert_int_equal(command_run(&command, out, sizeof(out), &len, &err), -EIO);
	assert_non_null(strstr(err.text, "/nowhere/at/all cannot be run: No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_descriptor_is_inherited),
		cmocka_unit_test(test_no_signal_is_inherited),
		cmocka_unit_test(test_a_session_of_its_own),
		cmocka_unit_test(test_the_whole_group_is_killed),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
