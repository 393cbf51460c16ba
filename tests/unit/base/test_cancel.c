/* SPDX-License-Identifier: MIT */
/* Firing before, during and after a wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include "base/cancel.h"

static void count(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

static void test_order(void **state)
{
	struct cancel c;
	atomic_int woken = 0;

	cancel_init(&c);
	assert_false(cancel_is_fired(&c));
	cancel_hook(&c, count, &woken);
	assert_int_equal(woken, 0);
	cancel_fire(&c);
	assert_int_equal(woken, 1);
	assert_true(cancel_is_fired(&c));
	cancel_unhook(&c);
	cancel_fire(&c);
	assert_int_equal(woken, 1);
	cancel_hook(&c, count, &woken); /* fired already: at once */
	assert_int_equal(woken, 2);
	cancel_unhook(&c);
	cancel_release(&c);
}

static void test_none(void **state)
{
	atomic_int woken = 0;

	cancel_hook(NULL, count, &woken);
	cancel_unhook(NULL);
	assert_false(cancel_is_fired(NULL));
	assert_int_equal(woken, 0);
}

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool woken;
};

static void wake(void *arg)
{
	struct waiter *w = arg;

	pthread_mutex_lock(&w->lock);
	w->woken = true;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

static void *fire(void *arg)
{
	cancel_fire(arg);
	return NULL;
}

/* The waiter's memory may go as soon as unhook has returned. */
static void test_threads(void **state)
{
	for (int i = 0; i < 200; i++) {
		struct waiter w = {
			PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
		struct cancel c;
		pthread_t thread;

		cancel_init(&c);
		assert_int_equal(pthread_create(&thread, NULL, fire, &c), 0);
		cancel_hook(&c, wake, &w);
		pthread_mutex_lock(&w.lock);
		while (!w.woken)
			pthread_cond_wait(&w.cond, &w.lock);
		pthread_mutex_unlock(&w.lock);
		cancel_unhook(&c);
		pthread_join(thread, NULL);
		cancel_release(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
