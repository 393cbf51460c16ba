/* SPDX-License-Identifier: MIT */
/* What confirms a change, and how a change that is not confirmed is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "world.h"

#define SERVERS "staging/dhcp/dns/servers"

struct scene {
	struct world w;
	char id[128];
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	CLEANUP_BUF struct buf id = BUF_INIT(128);

	world_start(&s->w, &(struct world_options){.emulator = {.samples = true},
				   .ttl_ms = 60000,
				   .timeout_ms = 1500});
	assert_int_equal(world_read(&s->w, "staging/id", &id), 0);
	snprintf(s->id, sizeof(s->id), "%.*s", (int)id.len - 1, buf_str(&id));
	world_expect(&s->w, SERVERS, "1.1.1.1\n");
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	world_stop(&s->w);
	free(s);
	return 0;
}

/* After so many requests this method answers with a VPC that has these servers and this status, and
 * does nothing. */
static void answer_after(struct scene *s, unsigned count, const char *method,
	const char *servers, const char *status)
{
	char rule[1024];

	snprintf(rule, sizeof(rule),
		"%s:body={\"vpc\":{\"id\":\"%s\",\"name\":\"staging\",\"zone\":\"US-EAST-"
		"04A\","
		"\"status\":\"%s\",\"dhcp\":{\"dns\":{\"servers\":[%s]}}}}@%u\n",
		method, s->id, status, servers, count);
	world_fault(&s->w, rule);
}

static void answer(
	struct scene *s, const char *method, const char *servers, const char *status)
{
	answer_after(s, 0, method, servers, status);
}

static int set_servers(struct scene *s)
{
	return world_write(&s->w, SERVERS, O_TRUNC, "8.8.8.8\n");
}

static void an_answer_that_shows_it_is_enough(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"8.8.8.8\"", "STATUS_UPDATING");
	answer(s, "GET", "\"8.8.8.8\"", "STATUS_READY");
	assert_int_equal(set_servers(s), 0);
	assert_int_equal(world_count(&s->w, "PATCH"), 1);
}

static void an_answer_that_does_not_is_looked_behind(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"1.1.1.1\"", "STATUS_UPDATING");
	answer(s, "GET", "\"8.8.8.8\"", "STATUS_READY");
	assert_int_equal(set_servers(s), 0);
	world_expect(&s->w, SERVERS, "8.8.8.8\n");
	assert_int_equal(world_count(&s->w, "PATCH"), 1);
}

/* When the writer goes on, the written value is in place and needs no further question, even if the
 * answer shows less than a GET. */
static void the_new_text_is_in_place_at_once(void **state)
{
	struct scene *s = *state;
	struct stat st;

	answer(s, "PATCH", "\"8.8.8.8\"", "STATUS_READY");
	answer(s, "GET", "\"8.8.8.8\"", "STATUS_READY");
	assert_int_equal(set_servers(s), 0);
	world_fault(&s->w, "");
	world_fault(&s->w, "GET:status=403\nLIST:status=403\n");
	world_expect(&s->w, SERVERS, "8.8.8.8\n");
	assert_int_equal(world_stat(&s->w, SERVERS, &st), 0);
	assert_int_equal(st.st_size, 8);
}

static void ready_and_as_before_is_eperm(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"1.1.1.1\"", "STATUS_READY");
	answer(s, "GET", "\"1.1.1.1\"", "STATUS_READY");
	assert_int_equal(set_servers(s), -EPERM);
	world_expect_in(&s->w, ".error", "left as it was: dhcp.dns.servers");
	assert_int_equal(world_count(&s->w, "PATCH"), 1);
	assert_in_range(world_count(&s->w, "GET"), 2, 12);
}

/* The PATCH's own answer shows neither the cached value nor the one asked for, and later answers
 * show the same. */
static void as_the_answer_itself_said_is_eperm(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"9.9.9.9\"", "STATUS_READY");
	answer(s, "GET", "\"9.9.9.9\"", "STATUS_READY");
	assert_int_equal(set_servers(s), -EPERM);
}

/* An answer to a question showed the value before, so somebody else has changed it since. */
static void another_value_than_the_plan_saw_is_ebusy(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"9.9.9.9\"", "STATUS_READY");
	answer_after(s, 1, "GET", "\"9.9.9.9\"", "STATUS_READY");
	assert_int_equal(world_write(&s->w, SERVERS, O_APPEND, "8.8.8.8\n"), -EBUSY);
	world_expect_in(&s->w, ".error", "changed by somebody else");
	assert_int_equal(world_count(&s->w, "PATCH"), 1);
}

static void another_value_is_ebusy(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"1.1.1.1\"", "STATUS_READY");
	answer(s, "GET", "\"9.9.9.9\"", "STATUS_READY");
	assert_int_equal(set_servers(s), -EBUSY);
	world_expect_in(&s->w, ".error", "changed by somebody else");
}

static void another_value_after_a_busy_answer_is_ebusy(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"9.9.9.9\"", "STATUS_UPDATING");
	answer(s, "GET", "\"9.9.9.9\"", "STATUS_READY");
	assert_int_equal(set_servers(s), -EBUSY);
}

static void still_updating_is_etimedout(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"1.1.1.1\"", "STATUS_UPDATING");
	answer(s, "GET", "\"1.1.1.1\"", "STATUS_UPDATING");
	assert_int_equal(set_servers(s), -ETIMEDOUT);
	world_expect_in(&s->w, ".error", "accepted and has not been seen yet");
	assert_int_equal(world_count(&s->w, "PATCH"), 1);
}

static void no_answer_to_look_at_is_etimedout(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"1.1.1.1\"", "STATUS_READY");
	world_fault(&s->w, "GET:status=403\n");
	assert_int_equal(set_servers(s), -ETIMEDOUT);
	world_expect_in(&s->w, ".error", "accepted and has not been seen yet");
}

/* No other answer will come, so nobody waits for the deadline. */
static void gone_meanwhile_is_said_at_once(void **state)
{
	struct scene *s = *state;

	answer(s, "PATCH", "\"1.1.1.1\"", "STATUS_READY");
	world_fault(&s->w, "GET:status=404,code=5\n");
	s->w.timeout_ms = 30000;
	assert_int_equal(set_servers(s), -ESTALE);
	world_expect_in(&s->w, ".error", "is gone now");
	assert_int_equal(world_count(&s->w, "GET /v1beta1/networking/vpcs/"), 1);
}

/* The text says that the outcome is not known, and where to look. */
static void a_lost_answer_is_said_to_be_lost(void **state)
{
	struct scene *s = *state;

	world_fault(&s->w, "PATCH:hang\n");
	s->w.timeout_ms = 400;
	assert_int_equal(set_servers(s), -ETIMEDOUT);
	world_expect_in(&s->w, ".error", "not known whether the change was made");
	assert_in_range(world_count(&s->w, "PATCH"), 0, 1); /* never again */
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(an_answer_that_shows_it_is_enough),
		CASE(an_answer_that_does_not_is_looked_behind),
		CASE(the_new_text_is_in_place_at_once),
		CASE(ready_and_as_before_is_eperm),
		CASE(as_the_answer_itself_said_is_eperm),
		CASE(another_value_than_the_plan_saw_is_ebusy),
		CASE(another_value_is_ebusy),
		CASE(another_value_after_a_busy_answer_is_ebusy),
		CASE(still_updating_is_etimedout),
		CASE(no_answer_to_look_at_is_etimedout),
		CASE(gone_meanwhile_is_said_at_once),
		CASE(a_lost_answer_is_said_to_be_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
