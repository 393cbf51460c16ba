/* SPDX-License-Identifier: MIT */
/* Requests that a rule holds: all kinds at one moment, and every way to release them. */
#include "rig.h"

#include <pthread.h>
#include <stdio.h>
#include "base/clock.h"

#define PATIENCE_MS 10000

struct asker {
	struct rig rig;
	pthread_t thread;
	const char *method, *body;
	char path[512];
	long status;
	int curl;
};

static void *ask(void *arg)
{
	struct asker *a = arg;
	struct reply r = rig_ask(&a->rig, a->method, a->path, a->body);

	a->status = r.status;
	a->curl = r.curl;
	reply_free(&r);
	return NULL;
}

static void asker_start(struct asker *a, const struct rig *rig, const char *method,
	const char *path, const char *body)
{
	*a = (struct asker){.method = method, .body = body};
	snprintf(a->path, sizeof(a->path), "%s", path);
	rig_use(&a->rig, rig->url);
	pthread_create(&a->thread, NULL, ask, a);
}

static long asker_join(struct asker *a)
{
	pthread_join(a->thread, NULL);
	rig_stop(&a->rig);
	return a->status;
}

/* The number of the first held request of this method, how many there are, and that each is shown
 * as waiting. */
static json_int_t count_held(struct rig *rig, const char *method, size_t *ret_count)
{
	struct reply r = rig_ask(rig, "GET", "/emulator/requests", NULL);
	json_int_t number = 0;
	json_t *one;
	size_t i;

	*ret_count = 0;
	json_array_foreach (r.json, i, one) {
		if (!json_is_true(at(one, "held")))
			continue;
		assert_true(json_is_null(at(one, "status")));
		++*ret_count;
		if (!number && strcmp(text_at(one, "method"), method) == 0)
			number = json_integer_value(at(one, "number"));
	}
	reply_free(&r);
	return number;
}

static void wait_held(struct rig *rig, size_t want)
{
	uint64_t end = clock_mono_ms() + PATIENCE_MS;
	size_t count;

	for (;;) {
		count_held(rig, "", &count);
		if (count == want)
			return;
		if (clock_mono_ms() > end)
			fail_msg("%zu requests are held, not %zu", count, want);
		sleep_ms(2);
	}
}

static void expect_released(struct rig *rig, const char *selector, json_int_t want)
{
	struct reply r = rig_ask(rig, "POST", "/emulator/release", selector);

	assert_int_equal(r.status, 200);
	assert_int_equal(json_integer_value(at(r.json, "released")), want);
	reply_free(&r);
}

/* One VPC to look at, one to change and one to delete. */
static void start_five(struct rig *rig, struct asker askers[5], char paths[3][512])
{
	for (int i = 0; i < 3; i++) {
		char body[64], id[ID_SIZE];

		snprintf(body, sizeof(body), "{\"name\":\"v%d\",\"zone\":\"Z\"}", i);
		make(rig, body, id);
		snprintf(paths[i], 512, VPCS "/%s", id);
	}
	add_fault(rig, "ANY:hold");
	asker_start(&askers[0], rig, "GET", VPCS, NULL);
	asker_start(&askers[1], rig, "GET", paths[0], NULL);
	asker_start(&askers[2], rig, "POST", VPCS, "{\"name\":\"new\",\"zone\":\"Z\"}");
	asker_start(&askers[3], rig, "PATCH", paths[1],
		"{\"ingress\":{\"disablePublicServices\":true}}");
	asker_start(&askers[4], rig, "DELETE", paths[2], NULL);
	wait_held(rig, 5);
}

static void test_every_kind_at_once(void **state)
{
	struct rig *rig = *state;
	struct asker askers[5];
	char paths[3][512], number[32];
	size_t count;

	start_five(rig, askers, paths);
	expect_released(rig, "LIST\nGET:/no-such-id", 1);
	assert_int_equal(asker_join(&askers[0]), 200);
	wait_held(rig, 4);
	snprintf(number, sizeof(number), "%lld\n",
		(long long)count_held(rig, "DELETE", &count));
	expect_released(rig, number, 1);
	assert_int_equal(asker_join(&askers[4]), 200);
	wait_held(rig, 3);
	expect_released(rig, "", 3);
	for (int i = 1; i < 4; i++)
		assert_int_equal(asker_join(&askers[i]), 200);
	/* the rule is still there: it holds the next one */
	asker_start(&askers[0], rig, "GET", VPCS, NULL);
	wait_held(rig, 1);
	expect(rig, "DELETE", "/emulator/faults", NULL, 200);
	assert_int_equal(asker_join(&askers[0]), 200);
	assert_int_equal(list_count(rig), 3);
}

static void test_rule_is_removed(void **state)
{
	struct rig *rig = *state;
	struct asker askers[5];
	char paths[3][512];

	start_five(rig, askers, paths);
	expect(rig, "DELETE", "/emulator/faults", NULL, 200);
	for (int i = 0; i < 5; i++)
		assert_int_equal(asker_join(&askers[i]), 200);
	expect(rig, "GET", paths[2], NULL, 404);
}

/* Held before it is carried out, or after. */
static void test_before_and_after(void **state)
{
	struct rig *rig = *state;
	struct asker a;

	add_fault(rig, "POST:hold*1\nPOST:hold-after*1");
	asker_start(&a, rig, "POST", VPCS, "{\"name\":\"a\",\"zone\":\"Z\"}");
	wait_held(rig, 1);
	assert_int_equal(list_count(rig), 0);
	expect_released(rig, "POST", 1);
	assert_int_equal(asker_join(&a), 200);
	asker_start(&a, rig, "POST", VPCS, "{\"name\":\"b\",\"zone\":\"Z\"}");
	wait_held(rig, 1);
	assert_int_equal(list_count(rig), 2);
	expect_released(rig, "POST:/vpcs", 1);
	assert_int_equal(asker_join(&a), 200);
	expect(rig, "POST", VPCS, "{\"name\":\"c\",\"zone\":\"Z\"}", 200);
}

/* A client that gives up does not stop its request: the server carries it out once it is released.
 * */
static void test_client_goes_away(void **state)
{
	struct rig *rig = *state;
	long timeout_ms = rig->timeout_ms;

	add_fault(rig, "POST:hold*1");
	rig->timeout_ms = 100;
	expect(rig, "POST", VPCS, "{\"name\":\"a\",\"zone\":\"Z\"}", 0);
	rig->timeout_ms = timeout_ms;
	wait_held(rig, 1);
	assert_int_equal(list_count(rig), 0);
	expect_released(rig, NULL, 1);
	for (uint64_t end = clock_mono_ms() + PATIENCE_MS; list_count(rig) == 0;) {
		if (clock_mono_ms() > end)
			fail_msg("the released request was not carried out");
		sleep_ms(2);
	}
}

static void test_bad_selectors(void **state)
{
	static const char *const bad[] = {"x", "GETS", "7x", "GET\nx", ":a"};
	struct rig *rig = *state;
	struct asker a;

	add_fault(rig, "LIST:hold*1");
	asker_start(&a, rig, "GET", VPCS, NULL);
	wait_held(rig, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(rig, "POST", "/emulator/release", bad[i], 400);
	expect_released(rig, "999999\nPOST", 0);
	wait_held(rig, 1);
	expect(rig, "GET", "/emulator/release", NULL, 405);
	expect_released(rig, "\n", 1);
	assert_int_equal(asker_join(&a), 200);
}

/* The end of the server ends the wait, without an answer. */
static void test_stop(void **state)
{
	uint64_t before;
	struct asker a;
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){0});
	add_fault(&rig, "LIST:hold");
	asker_start(&a, &rig, "GET", VPCS, NULL);
	wait_held(&rig, 1);
	before = clock_mono_ms();
	rig_stop(&rig);
	assert_true(clock_mono_ms() - before < 1000);
	assert_int_equal(asker_join(&a), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_every_kind_at_once),
		CASE(test_rule_is_removed),
		CASE(test_before_and_after),
		CASE(test_client_goes_away),
		CASE(test_bad_selectors),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
