/* SPDX-License-Identifier: MIT */
/* Pending signals. A stopped process keeps its signals pending, so the tests stop it first. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/caller.h"

static void ignore(int number)
{
	(void)number;
}

static void stop_with_handlers(void)
{
	static const int handled[] = {SIGURG, SIGALRM, SIGUSR1, SIGINT};
	sigset_t blocked;

	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		signal(handled[i], ignore);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	raise(SIGSTOP);
	_exit(0);
}

static int start(void **state)
{
	static pid_t child;
	int status;

	child = fork();
	if (child < 0)
		return -1;
	if (child == 0)
		stop_with_handlers();
	*state = &child;
	return waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) ? 0 : -1;
}

static int end(void **state)
{
	pid_t child = *(pid_t *)*state;

	kill(child, SIGKILL);
	return waitpid(child, NULL, 0) == child ? 0 : -1;
}

static void test_nothing_and_what_a_program_sends_itself(void **state)
{
	pid_t child = *(pid_t *)*state;

	assert_false(caller_has_termination_signal(child));
	kill(child, SIGURG);
	kill(child, SIGALRM);
	kill(child, SIGUSR1);
	kill(child, SIGWINCH);
	assert_false(caller_has_termination_signal(child));
}

static void test_an_interrupt_counts_with_a_handler_too(void **state)
{
	pid_t child = *(pid_t *)*state;

	kill(child, SIGINT);
	assert_true(caller_has_termination_signal(child));
}

static void test_what_is_blocked_tells_nothing(void **state)
{
	pid_t child = *(pid_t *)*state;

	kill(child, SIGTERM);
	assert_false(caller_has_termination_signal(child));
}

static void test_a_signal_for_one_thread_counts(void **state)
{
	pid_t child = *(pid_t *)*state;

	assert_int_equal(tgkill(child, child, SIGINT), 0);
	assert_true(caller_has_termination_signal(child));
}

static void test_who_cannot_be_seen_gives_up(void **state)
{
	(void)state;
	assert_true(caller_has_termination_signal(0));
	assert_true(caller_has_termination_signal(INT32_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_nothing_and_what_a_program_sends_itself, start, end),
		cmocka_unit_test_setup_teardown(
			test_an_interrupt_counts_with_a_handler_too, start, end),
		cmocka_unit_test_setup_teardown(
			test_what_is_blocked_tells_nothing, start, end),
		cmocka_unit_test_setup_teardown(
			test_a_signal_for_one_thread_counts, start, end),
		cmocka_unit_test(test_who_cannot_be_seen_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
