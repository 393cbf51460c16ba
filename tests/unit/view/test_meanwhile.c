/* SPDX-License-Identifier: MIT */
/* What others do while a request of this mount is under way: the server holds it back until they
 * have done it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "world.h"

#define VPCS "/v1beta1/networking/vpcs"

/* What somebody else does while a request of this method is held, or is left without an answer. */
struct meanwhile {
	struct world *w;
	const char *held, *asked;
	const char *method, *path, *body;
	int (*call)(struct world *w);
	pthread_t thread;
};

static void *act(void *arg)
{
	struct meanwhile *m = arg;

	if (m->held)
		world_wait_held(m->w, m->held);
	else
		world_wait_asked(m->w, m->asked);
	if (m->method)
		assert_int_equal(world_other(m->w, m->method, m->path, m->body), 200);
	if (m->call)
		assert_int_equal(m->call(m->w), 0);
	world_let_go(m->w);
	return NULL;
}

static void begin(struct meanwhile *m, const char *rules)
{
	world_fault(m->w, rules);
	assert_int_equal(pthread_create(&m->thread, NULL, act, m), 0);
}

static void start(struct world *w, enum emulator_profile profile, unsigned provision_ms)
{
	world_start(w, &(struct world_options){.emulator = {.samples = true,
						       .profile = profile,
						       .provision_ms = provision_ms},
			       .ttl_ms = 60000,
			       .zone = "US-EAST-04A"});
}

static void path_of(struct world *w, const char *name, char ret[256])
{
	CLEANUP_BUF struct buf id = BUF_INIT(1024);
	char file[128];

	snprintf(file, sizeof(file), "%s/id", name);
	assert_int_equal(world_read(w, file, &id), 0);
	snprintf(ret, 256, VPCS "/%.*s", (int)id.len - 1, buf_str(&id));
}

#define THEIRS                                                                             \
	"{\"updateMask\":\"vpcPrefixes\",\"vpcPrefixes\":[{\"name\":\"theirs\",\"value\":" \
	"\"10.200.0.0/16\"}]}"

/* Somebody else's change makes the VPC busy, so ours is refused. Afterwards the VPC is not what our
 * list was made from. */
static void a_list_refused_by_a_busy_vpc_is_planned_anew(void **state)
{
	struct world w;
	char path[256];
	struct meanwhile m = {
		.w = &w, .held = "PATCH", .method = "PATCH", .path = path, .body = THEIRS};

	start(&w, EMULATOR_LIVE, 300);
	path_of(&w, "staging", path);
	assert_int_equal(world_mkdir(&w, "staging/vpcPrefixes/mine"), 0);
	begin(&m, "PATCH:hold*1\n");
	assert_int_equal(world_write(&w, "staging/vpcPrefixes/mine/value", O_CREAT,
				 "10.201.0.0/16\n"),
		0);
	pthread_join(m.thread, NULL);
	world_refresh(&w);
	world_expect(&w, "staging/vpcPrefixes/theirs/value", "10.200.0.0/16\n");
	world_expect(&w, "staging/vpcPrefixes/mine/value", "10.201.0.0/16\n");
	world_stop(&w);
}

static int list_root(struct world *w)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	world_refresh(w);
	return world_list(w, "", &b);
}

/* The VPC is in that list: it must not be taken for somebody else's. */
static void a_list_during_a_creation_does_not_hinder_it(void **state)
{
	struct world w;
	struct meanwhile m = {.w = &w, .held = "POST", .call = list_root};

	start(&w, EMULATOR_LIVE, 0);
	begin(&m, "POST:hold-after*1\n");
	assert_int_equal(world_mkdir(&w, "fresh"), 0);
	pthread_join(m.thread, NULL);
	world_expect(&w, "fresh/name", "fresh\n");
	world_stop(&w);
}

/* The list before the POST failed, so nobody can tell who made the VPC. */
static void a_vpc_that_may_have_been_there_is_not_adopted(void **state)
{
	struct world w;

	start(&w, EMULATOR_LIVE, 0);
	assert_int_equal(world_other(&w, "POST", VPCS,
				 "{\"name\":\"fresh\",\"zone\":\"US-EAST-04A\"}"),
		200);
	world_fault(&w, "LIST:status=403*1\nPOST:reset-before*1\n");
	assert_int_equal(world_mkdir(&w, "fresh"), -ETIMEDOUT);
	assert_int_equal(world_count(&w, "POST"), 2);
	world_stop(&w);
}

/* It was there under another name, and is renamed to the one asked for while our POST is lost. */
static void a_vpc_known_before_is_not_adopted(void **state)
{
	struct world w;
	char path[256];
	struct meanwhile m = {.w = &w,
		.asked = "POST",
		.method = "PATCH",
		.path = path,
		.body = "{\"updateMask\":\"name\",\"name\":\"fresh\"}"};

	start(&w, EMULATOR_REFERENCE, 0);
	assert_int_equal(world_other(&w, "POST", VPCS,
				 "{\"name\":\"older\",\"zone\":\"US-EAST-04A\"}"),
		200);
	path_of(&w, "older", path);
	w.timeout_ms = 2000;
	begin(&m, "POST:hang*1\n");
	assert_int_equal(world_mkdir(&w, "fresh"), -ETIMEDOUT);
	pthread_join(m.thread, NULL);
	world_refresh(&w);
	world_expect(
		&w, "fresh/name", "fresh\n"); /* otherwise this test has tried nothing */
	world_stop(&w);
}

static void a_vpc_that_is_not_as_asked_is_not_adopted(void **state)
{
	struct world w;
	struct meanwhile m = {.w = &w,
		.asked = "POST",
		.method = "POST",
		.path = VPCS,
		.body = "{\"name\":\"fresh\",\"zone\":\"US-WEST-04A\"}"};

	start(&w, EMULATOR_LIVE, 0);
	w.timeout_ms = 2000;
	begin(&m, "POST:hang*1\n");
	assert_int_equal(world_mkdir(&w, "fresh"), -ETIMEDOUT);
	pthread_join(m.thread, NULL);
	world_refresh(&w);
	world_expect(&w, "fresh/zone", "US-WEST-04A\n");
	world_stop(&w);
}

/* The API's answer shows it; the cache must not show less when the writer goes on. */
static void an_answer_asked_before_a_write_is_not_shown_after_it(void **state)
{
	struct world w;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	start(&w, EMULATOR_LIVE, 0);
	world_expect(&w, "staging/egress/disablePublicAccess", "false\n");
	assert_int_equal(
		world_write(&w, "staging/egress/disablePublicAccess", O_TRUNC, "true\n"),
		0);
	world_expect(&w, "staging/egress/disablePublicAccess", "true\n");
	/* A list that lags behind the write does not take it back, either. */
	world_fault(&w, "LIST:lag=60000\n");
	world_refresh(&w);
	assert_int_equal(world_list(&w, "", &b), 0);
	world_expect(&w, "staging/egress/disablePublicAccess", "true\n");
	world_stop(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_refused_by_a_busy_vpc_is_planned_anew),
		cmocka_unit_test(a_list_during_a_creation_does_not_hinder_it),
		cmocka_unit_test(a_vpc_that_may_have_been_there_is_not_adopted),
		cmocka_unit_test(a_vpc_known_before_is_not_adopted),
		cmocka_unit_test(a_vpc_that_is_not_as_asked_is_not_adopted),
		cmocka_unit_test(an_answer_asked_before_a_write_is_not_shown_after_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
