/* SPDX-License-Identifier: MIT */
/* A resolver that hangs: the caller leaves in time, and nobody else waits for it. This program's
 * getaddrinfo takes the place of libc's, in libcurl too. */
#include "rig.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static atomic_int hanging;
static int ended;
static bool let_go;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
	struct addrinfo **ret)
{
	if (node && strcmp(node, "hangs.test") == 0) {
		pthread_mutex_lock(&lock);
		hanging++;
		while (!let_go)
			pthread_cond_wait(&changed, &lock);
		ended++;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
	return EAI_NONAME;
}

static void test_hanging_resolver(void **state)
{
	RIG(rig, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome hung, other;
	uint64_t begun;

	rig_call(&rig, "POST", "http://hangs.test/", "{}", 300, NULL, &hung);
	assert_int_equal(hung.r, -ETIMEDOUT);
	assert_int_equal(
		strncmp(hung.err.text, "hangs.test:80: no connection within ", 36), 0);
	assert_false(hung.sent);
	assert_in_range(hung.ms, 299, 500); /* the clock counts whole ms */
	assert_int_equal(hanging, 1);

	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &other);
	assert_int_equal(other.r, 0);
	assert_true(other.ms < 200);

	begun = clock_mono_ms();
	rig_stop(&rig);
	assert_true(clock_mono_ms() - begun < 200);

	pthread_mutex_lock(&lock);
	let_go = true;
	pthread_cond_broadcast(&changed);
	while (ended < hanging)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hanging_resolver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
