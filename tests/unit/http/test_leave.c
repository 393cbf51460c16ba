/* SPDX-License-Identifier: MIT */
/* Callers that leave early, all at once, or while the pool ends. */
#include "rig.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define CROWD 64

static void expect_deadline(enum reply_kind kind)
{
	struct reply reply = {.kind = kind};
	CLEANUP_OUTCOME struct outcome o;
	struct rig rig;

	rig_start(&rig, &reply, 1);
	rig_call(&rig, "GET", "/", NULL, 300, NULL, &o);
	assert_int_equal(o.r, -ETIMEDOUT);
	assert_true(o.sent);
	assert_in_range(o.ms, 300, 500);
	assert_non_null(strstr(o.err.text, "0.3 s"));
	rig_stop(&rig);
}

static void test_deadline(void **state)
{
	expect_deadline(REPLY_HANG);
	expect_deadline(REPLY_DRIP);
}

static void test_deadline_is_past(void **state)
{
	RIG(rig, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "POST", "/", "{}", 0, NULL, &o);
	assert_int_equal(o.r, -ETIMEDOUT);
	assert_false(o.sent);
	assert_int_equal(testserver_requests(rig.server), 0);
	rig_stop(&rig);
}

static void test_post_outcome_unknown(void **state)
{
	RIG(rig, {.kind = REPLY_HANG});
	CLEANUP_OUTCOME struct outcome o;

	rig_call(&rig, "POST", "/", "{}", 300, NULL, &o);
	assert_int_equal(o.r, -ETIMEDOUT);
	assert_true(o.sent);
	assert_int_equal(testserver_requests(rig.server), 1);
	rig_stop(&rig);
}

struct canceller {
	struct testserver *server;
	unsigned requests; /* to wait for */
	struct cancel cancel;
	atomic_ulong fired_ms;
};

static void *cancel_after_request(void *arg)
{
	struct canceller *c = arg;

	testserver_wait(c->server, c->requests);
	atomic_store(&c->fired_ms, clock_mono_ms());
	cancel_fire(&c->cancel);
	return NULL;
}

/* Returns milliseconds from the cancel to the end of the call. */
static uint64_t measure_cancel(const struct reply *reply, unsigned requests)
{
	CLEANUP_OUTCOME struct outcome o;
	struct canceller c;
	struct rig rig;
	pthread_t thread;
	uint64_t ended;

	rig_start(&rig, reply, 1);
	c.server = rig.server;
	c.requests = requests;
	cancel_init(&c.cancel);
	pthread_create(&thread, NULL, cancel_after_request, &c);
	rig_call(&rig, "GET", "/", NULL, 20000, &c.cancel, &o);
	ended = clock_mono_ms();
	assert_int_equal(o.r, -EINTR);
	pthread_join(thread, NULL);
	cancel_release(&c.cancel);
	rig_stop(&rig);
	return ended - atomic_load(&c.fired_ms);
}

/* The best of a few: the machine may be busy with something else for a moment. */
static void expect_cancel(const struct reply *reply, unsigned requests)
{
	for (int i = 0; i < 5; i++) {
		if (measure_cancel(reply, requests) <= RIG_SOON_MS)
			return;
	}
	fail_msg("a cancelled call goes on for more than %d ms", RIG_SOON_MS);
}

static void test_cancel(void **state)
{
	struct reply hang = {.kind = REPLY_HANG}, drip = {.kind = REPLY_DRIP};

	expect_cancel(&hang, 1);
	expect_cancel(&drip, 1);
}

static void test_cancel_between_attempts(void **state)
{
	struct reply later = {.status = 503, .headers = "Retry-After: 10\r\n"};

	expect_cancel(&later, 1);
}

static void test_cancel_before(void **state)
{
	RIG(rig, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome o;
	struct cancel cancel;

	cancel_init(&cancel);
	cancel_fire(&cancel);
	rig_call(&rig, "GET", "/", NULL, 5000, &cancel, &o);
	assert_int_equal(o.r, -EINTR);
	assert_false(o.sent);
	cancel_release(&cancel);
	rig_stop(&rig);
}

static void test_reuse(void **state)
{
	RIG(rig, {.body = "{}"});

	for (int i = 0; i < 20; i++) {
		CLEANUP_OUTCOME struct outcome o;

		rig_call(&rig, i % 2 ? "PATCH" : "GET", "/", NULL, 5000, NULL, &o);
		assert_int_equal(o.r, 0);
	}
	assert_int_equal(testserver_requests(rig.server), 20);
	assert_int_equal(testserver_connections(rig.server), 1);
	rig_stop(&rig);
}

struct member {
	struct rig *rig;
	const char *method;
	uint64_t timeout_ms;
	int calls;
	int want; /* the result, or 1: any */
	int wrong;
	uint64_t ended_ms;
};

static void *member_thread(void *arg)
{
	struct member *m = arg;

	for (int i = 0; i < m->calls; i++) {
		CLEANUP_OUTCOME struct outcome o;

		rig_call(m->rig, m->method, "/", NULL, m->timeout_ms, NULL, &o);
		m->wrong += m->want != 1 && o.r != m->want;
	}
	m->ended_ms = clock_mono_ms();
	return NULL;
}

/* Starts the crowd; each a copy of the model. */
static void crowd_start(struct member *crowd, pthread_t *threads, struct member model)
{
	for (int i = 0; i < CROWD; i++) {
		crowd[i] = model;
		assert_int_equal(
			pthread_create(&threads[i], NULL, member_thread, &crowd[i]), 0);
	}
}

static void crowd_join(struct member *crowd, pthread_t *threads)
{
	for (int i = 0; i < CROWD; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(crowd[i].wrong, 0);
	}
}

static void test_crowd(void **state)
{
	RIG(rig, {.body = "{}"});
	struct member crowd[CROWD];
	pthread_t threads[CROWD];

	crowd_start(crowd, threads,
		(struct member){
			.rig = &rig, .method = "PATCH", .timeout_ms = 20000, .calls = 5});
	crowd_join(crowd, threads);
	assert_int_equal(testserver_requests(rig.server), CROWD * 5);
	assert_true(testserver_connections(rig.server) <= 32);
	rig_stop(&rig);
}

/* Many callers leave while their requests are on the way; the others still get their answers. */
static void test_crowd_leaves(void **state)
{
	RIG(rig, {.body = "{}"}, {.kind = REPLY_DRIP}, {.body = "{}"}, {.kind = REPLY_HANG},
		{.kind = REPLY_RESET}, {.body = "{}"});
	struct member crowd[CROWD];
	pthread_t threads[CROWD];
	CLEANUP_OUTCOME struct outcome o;

	crowd_start(crowd, threads,
		(struct member){.rig = &rig,
			.method = "GET",
			.timeout_ms = 3,
			.calls = 5,
			.want = 1});
	rig_call(&rig, "PATCH", "/", "{}", 20000, NULL, &o);
	crowd_join(crowd, threads);
	if (o.r == 0)
		assert_int_equal(o.answer.status, 200);
	rig_stop(&rig);
}

static void test_shut_down(void **state)
{
	RIG(rig, {.kind = REPLY_HANG});
	struct member crowd[CROWD];
	pthread_t threads[CROWD];
	CLEANUP_OUTCOME struct outcome o;
	uint64_t begun;

	crowd_start(crowd, threads,
		(struct member){.rig = &rig,
			.method = "PATCH",
			.timeout_ms = 60000,
			.calls = 1,
			.want = -ESHUTDOWN});
	testserver_wait(
		rig.server, 32); /* as many as there may be connections; the rest queues */
	begun = clock_mono_ms();
	http_shut_down(rig.http);
	crowd_join(crowd, threads);
	for (int i = 0; i < CROWD; i++)
		assert_true(crowd[i].ended_ms <= begun + 10 * RIG_SOON_MS);
	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &o);
	assert_int_equal(o.r, -ESHUTDOWN);
	assert_false(o.sent);
	rig_stop(&rig);
}

static void test_free_while_dripping(void **state)
{
	RIG(rig, {.kind = REPLY_DRIP});
	CLEANUP_OUTCOME struct outcome o;
	uint64_t begun;

	rig_call(&rig, "GET", "/", NULL, 100, NULL, &o);
	assert_int_equal(o.r, -ETIMEDOUT);
	begun = clock_mono_ms();
	http_free(rig.http);
	assert_true(clock_mono_ms() - begun <= 10 * RIG_SOON_MS);
	testserver_stop(rig.server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_deadline_is_past),
		cmocka_unit_test(test_post_outcome_unknown),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_cancel_between_attempts),
		cmocka_unit_test(test_cancel_before),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_crowd_leaves),
		cmocka_unit_test(test_shut_down),
		cmocka_unit_test(test_free_while_dripping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
