/* SPDX-License-Identifier: MIT */
/* Looks from a separate process, and messages to a supervisor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/apart.h"
#include "base/clock.h"
#include "base/supervisor.h"

#define SOON_MS 300
#define LATE_MS 10000

static int look_well(const void *arg, int fd)
{
	return write(fd, arg, strlen(arg)) > 0 ? 0 : -EIO;
}

static int look_in_vain(const void *arg, int fd)
{
	return write(fd, "half", 4) == 4 ? -ENOTCONN : -EIO;
}

static int look_for_ever(const void *arg, int fd)
{
	while (pause() < 0)
		;
	return 0;
}

static int look_and_die(const void *arg, int fd)
{
	kill(getpid(), SIGKILL);
	return 0;
}

/* A child that cannot be killed must not hold up who reads what its parent writes. */
static int look_at_stdio(const void *arg, int fd)
{
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
		struct stat st;

		if (fstat(i, &st) < 0 || st.st_rdev != makedev(1, 3))
			return -EIO;
	}
	return 0;
}

static void check(int (*look)(const void *, int), uint64_t wait_ms, int r, const char *text)
{
	CLEANUP_BUF struct buf found = BUF_INIT(64);

	assert_int_equal(apart_run(look, "found", clock_mono_ms() + wait_ms, &found), r);
	assert_string_equal(buf_str(&found), text);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
}

static void test_looks(void **state)
{
	check(look_well, LATE_MS, 0, "found");
	check(look_at_stdio, LATE_MS, 0, "");
	check(look_in_vain, LATE_MS, -ENOTCONN, "half");
	check(look_and_die, LATE_MS, -ETIMEDOUT, "");
	assert_int_equal(apart_run(look_well, "x", clock_mono_ms() + LATE_MS, NULL), 0);
}

static void test_deadline(void **state)
{
	uint64_t begun = clock_mono_ms();

	check(look_for_ever, SOON_MS, -ETIMEDOUT, "");
	assert_true(clock_mono_ms() - begun < LATE_MS);
}

static void test_too_much(void **state)
{
	CLEANUP_BUF struct buf little = BUF_INIT(2);

	assert_int_equal(
		apart_run(look_well, "found", clock_mono_ms() + LATE_MS, &little), -EFBIG);
}

static void test_supervisor(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct supervisor supervisor;
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char name[64], text[64] = "";

	snprintf(name, sizeof(name), "@vpcfs-test-%d", (int)getpid());
	memcpy(address.sun_path + 1, name + 1, strlen(name + 1));
	assert_int_equal(
		bind(fd, (struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	supervisor_take_environment(&supervisor);
	assert_null(getenv("NOTIFY_SOCKET"));
	supervisor_tell(&supervisor, "READY=%d", 1);
	assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
	assert_string_equal(text, "READY=1");
}

/* No listener, no name or an invalid name: nothing happens. */
static void test_no_supervisor(void **state)
{
	static const char *const names[] = {"", "/nowhere/at/all", "vsock:2:3", "@nobody"};
	struct supervisor supervisor;

	unsetenv("NOTIFY_SOCKET");
	supervisor_take_environment(&supervisor);
	assert_int_equal(supervisor.len, 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		supervisor_take_environment(&supervisor);
		supervisor_tell(&supervisor, "READY=1");
		assert_null(getenv("NOTIFY_SOCKET"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_supervisor),
		cmocka_unit_test(test_no_supervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
