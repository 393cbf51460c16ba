/* SPDX-License-Identifier: MIT */
/* Callers are identified by id and start time, and never guessed. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/caller.h"

#define NOBODY 0x7FFFFFF0

/* A process that has run f and waits to be killed. */
static pid_t start(void (*f)(void))
{
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (f)
			f();
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	/* If f has become another program, nothing is written. */
	assert_true(read(ready[0], &byte, 1) >= 0);
	close(ready[0]);
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

struct from_thread {
	pid_t tid;
	struct caller caller;
	bool belongs;
};

static void *ask_from_thread(void *arg)
{
	struct from_thread *t = arg;

	t->tid = gettid();
	caller_of(t->tid, &t->caller);
	t->belongs = caller_has_thread(&t->caller, t->tid) &&
		     caller_has_thread(&t->caller, getpid());
	return NULL;
}

static void test_threads_are_one_process(void **state)
{
	struct from_thread t;
	struct caller me;
	pthread_t thread;

	(void)state;
	caller_of(getpid(), &me);
	assert_true(me.known && me.tgid == getpid() && me.start_time);
	assert_int_equal(pthread_create(&thread, NULL, ask_from_thread, &t), 0);
	pthread_join(thread, NULL);
	assert_int_not_equal(t.tid, getpid());
	assert_true(caller_equal(&me, &t.caller) && t.belongs);
}

static void test_others(void **state)
{
	pid_t child = start(NULL);
	struct caller me, other;

	(void)state;
	caller_of(getpid(), &me);
	caller_of(child, &other);
	assert_true(other.known && caller_equal(&other, &other));
	assert_false(caller_equal(&me, &other));
	assert_false(caller_has_thread(&me, child));
	assert_true(caller_lives(&other));
	end(child);
	assert_false(caller_lives(&other));
	assert_false(caller_has_thread(&other, child));
}

/* Another process gets the id. */
static void test_an_id_that_is_used_again(void **state)
{
	struct caller me, earlier;

	(void)state;
	caller_of(getpid(), &me);
	earlier = me;
	earlier.start_time--;
	assert_false(caller_equal(&me, &earlier));
	assert_true(caller_lives(&earlier));
}

static void test_who_cannot_be_seen_equals_nobody(void **state)
{
	static const pid_t ids[] = {0, -1, NOBODY};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct caller c;
		char name[CALLER_PROGRAM_MAX] = "x";

		caller_of(ids[i], &c);
		assert_false(c.known || c.tgid || caller_equal(&c, &c));
		assert_false(caller_lives(&c) || caller_has_thread(&c, ids[i]));
		caller_program(ids[i], name);
		assert_string_equal(name, "");
	}
}

static void take_odd_name(void)
{
	prctl(PR_SET_NAME, ") R 1 (x) 2");
}

/* The fields of stat are counted from the last parenthesis on. */
static void test_a_name_with_parentheses(void **state)
{
	pid_t plain = start(NULL), odd = start(take_odd_name);
	struct caller first, second;
	char name[CALLER_PROGRAM_MAX];

	(void)state;
	caller_of(plain, &first);
	caller_of(odd, &second);
	assert_true(first.known && second.known);
	assert_true(second.start_time >= first.start_time &&
		    second.start_time < first.start_time + 6000);
	caller_program(odd, name);
	assert_string_equal(name, ") R 1 (x) 2");
	end(plain);
	end(odd);
}

static void run_busybox(void)
{
	execl("/bin/busybox", "busybox", "sleep", "1000", (char *)NULL);
}

static void run_as_sleep(void)
{
	execl("/bin/busybox", "/usr/local/bin/sleep", "1000", (char *)NULL);
}

static void test_the_applet_of_busybox(void **state)
{
	void (*const runs[])(void) = {run_busybox, run_as_sleep};

	(void)state;
	if (access("/bin/busybox", X_OK) < 0)
		skip();
	for (size_t i = 0; i < 2; i++) {
		pid_t child = start(runs[i]);
		char name[CALLER_PROGRAM_MAX];

		caller_program(child, name);
		assert_string_equal(name, "sleep");
		end(child);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads_are_one_process),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_an_id_that_is_used_again),
		cmocka_unit_test(test_who_cannot_be_seen_equals_nobody),
		cmocka_unit_test(test_a_name_with_parentheses),
		cmocka_unit_test(test_the_applet_of_busybox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
