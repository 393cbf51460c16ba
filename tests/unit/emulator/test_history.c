/* SPDX-License-Identifier: MIT */
/* The history of states: it alone shows a test the state of each VPC at each moment, and its cause.
 * */
#include "rig.h"

#include <pthread.h>
#include <stdio.h>
#include "base/clock.h"

static struct reply history(struct rig *rig, const char *query)
{
	char path[128];
	struct reply r;

	snprintf(path, sizeof(path), "/emulator/history%s", query);
	r = rig_ask(rig, "GET", path, NULL);
	assert_int_equal(r.status, 200);
	return r;
}

static json_int_t number_at(const json_t *json, const char *path)
{
	assert_true(json_is_integer(at(json, path)));
	return json_integer_value(at(json, path));
}

static void assert_change(const json_t *history, size_t index, const char *kind,
	const char *method, const char *status)
{
	char path[32];
	const json_t *one;

	snprintf(path, sizeof(path), "changes.%zu", index);
	one = at(history, path);
	assert_int_equal(number_at(one, "sequence"), index + 1);
	assert_text(one, "kind", kind);
	assert_string_equal(text_at(one, "method"), method ? method : "(none)");
	assert_int_equal(json_is_integer(at(one, "request")), method != NULL);
	if (status)
		assert_text(one, "vpc.status", status);
	else
		assert_true(json_is_null(at(one, "vpc")));
}

static void test_every_change(void **state)
{
	struct rig rig;
	struct reply r, shown;
	char id[ID_SIZE], path[512];
	uint64_t before = clock_mono_us();

	rig_start(&rig, &(struct emulator_options){0});
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	expect_patch(&rig, id,
		"{\"update_mask\":\"ingress.disablePublicServices\","
		"\"ingress\":{\"disablePublicServices\":true},\"colour\":1}",
		200);
	shown = fetch(&rig, id);
	/* carried out, and the same as before */
	expect_patch(&rig, id, "{\"ingress\":{\"disablePublicServices\":true}}", 200);
	/* not carried out */
	expect_patch(&rig, id, "{\"updateMask\":\"nope\"}", 200);
	expect_patch(&rig, id, "{\"dhcp\":{\"dns\":{\"servers\":[\"x\"]}}}", 400);
	expect(&rig, "DELETE", path, NULL, 200);
	r = history(&rig, "");
	assert_int_equal(number_at(r.json, "forgotten"), 0);
	assert_int_equal(json_array_size(at(r.json, "changes")), 4);
	assert_change(r.json, 0, "request", "POST", "STATUS_READY");
	assert_change(r.json, 1, "request", "PATCH", "STATUS_READY");
	assert_change(r.json, 2, "request", "PATCH", "STATUS_READY");
	assert_change(r.json, 3, "request", "DELETE", NULL);
	assert_text(r.json, "changes.0.id", id);
	assert_text(r.json, "changes.0.body.name", "a");
	assert_true(json_is_null(at(r.json, "changes.0.updateMask")));
	assert_text(r.json, "changes.1.updateMask", "ingress.disablePublicServices");
	assert_int_equal(number_at(r.json, "changes.1.body.colour"), 1);
	assert_true(json_equal(at(r.json, "changes.1.vpc"), at(shown.json, "vpc")));
	assert_true(json_equal(at(r.json, "changes.2.vpc"), at(shown.json, "vpc")));
	assert_true(json_is_null(at(r.json, "changes.3.body")));
	assert_true((uint64_t)number_at(r.json, "changes.0.receivedUs") >= before);
	assert_true((uint64_t)number_at(r.json, "changes.3.appliedUs") <= clock_mono_us());
	assert_true(number_at(r.json, "changes.1.receivedUs") <=
		    number_at(r.json, "changes.1.appliedUs"));
	reply_free(&shown);
	reply_free(&r);
	r = history(&rig, "?after=3");
	assert_int_equal(json_array_size(at(r.json, "changes")), 1);
	assert_int_equal(number_at(r.json, "changes.0.sequence"), 4);
	reply_free(&r);
	r = history(&rig, "?after=4");
	assert_int_equal(json_array_size(at(r.json, "changes")), 0);
	reply_free(&r);
	expect(&rig, "GET", "/emulator/history?after=x", NULL, 400);
	expect(&rig, "DELETE", "/emulator/history", NULL, 405);
	rig_stop(&rig);
}

/* The number is that of the request list, which has the answer's status. */
static void test_requests_are_found(void **state)
{
	struct reply changes, requests;
	struct rig rig;
	char id[ID_SIZE];

	rig_start(&rig, &(struct emulator_options){0});
	expect(&rig, "GET", VPCS, NULL, 200);
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	changes = history(&rig, "");
	requests = rig_ask(&rig, "GET", "/emulator/requests", NULL);
	assert_text(requests.json, "1.method", "POST");
	assert_int_equal(number_at(changes.json, "changes.0.request"),
		number_at(requests.json, "1.number"));
	assert_int_equal(number_at(changes.json, "changes.0.receivedUs"),
		number_at(requests.json, "1.receivedUs"));
	reply_free(&changes);
	reply_free(&requests);
	rig_stop(&rig);
}

/* Each phase is one state, and so is its end. */
static void test_phases(void **state)
{
	struct rig rig;
	struct reply r;
	char id[ID_SIZE], path[512];

	rig_start(&rig, &(struct emulator_options){.provision_ms = 100});
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	sleep_ms(120);
	expect_patch(&rig, id, "{\"ingress\":{\"disablePublicServices\":true}}", 200);
	sleep_ms(120);
	expect(&rig, "DELETE", path, NULL, 200);
	sleep_ms(120);
	r = history(&rig, "");
	assert_int_equal(json_array_size(at(r.json, "changes")), 6);
	assert_change(r.json, 0, "request", "POST", "STATUS_CREATING");
	assert_change(r.json, 1, "phase", NULL, "STATUS_READY");
	assert_change(r.json, 2, "request", "PATCH", "STATUS_UPDATING");
	assert_change(r.json, 3, "phase", NULL, "STATUS_READY");
	assert_change(r.json, 4, "request", "DELETE", "STATUS_DELETING");
	assert_change(r.json, 5, "phase", NULL, NULL);
	assert_true(
		json_is_true(at(r.json, "changes.2.vpc.ingress.disablePublicServices")));
	reply_free(&r);
	rig_stop(&rig);
}

/* The history begins with the VPCs that exist at the start. */
static void test_start(void **state)
{
	struct rig rig;
	struct reply r, list;

	rig_start(&rig, &(struct emulator_options){.samples = true});
	r = history(&rig, "");
	list = rig_ask(&rig, "GET", VPCS, NULL);
	assert_int_equal(json_array_size(at(r.json, "changes")), 5);
	for (size_t i = 0; i < 5; i++) {
		char ours[32], theirs[32];

		assert_change(r.json, i, "start", NULL, "STATUS_READY");
		snprintf(ours, sizeof(ours), "changes.%zu.vpc", i);
		snprintf(theirs, sizeof(theirs), "items.%zu", i);
		assert_true(json_equal(at(r.json, ours), at(list.json, theirs)));
	}
	reply_free(&r);
	reply_free(&list);
	/* a VPC that exists at the start existed before, too */
	add_fault(&rig, "LIST:stale=60000");
	assert_int_equal(list_count(&rig), 5);
	rig_stop(&rig);
}

struct writer {
	struct rig rig;
	const char *id;
	int index;
};

static void *write_often(void *arg)
{
	struct writer *w = arg;
	char body[128];

	for (int i = 0; i < 25; i++) {
		snprintf(body, sizeof(body),
			"{\"dhcp\":{\"dns\":{\"servers\":[\"10.0.%d.%d\"]}}}", w->index, i);
		expect_patch(&w->rig, w->id, body, 200);
	}
	return NULL;
}

/* Writers at once: each change follows from its body and nothing else, in the order of the sequence
 * and of time. */
static void test_writers_at_once(void **state)
{
	struct writer writers[4];
	pthread_t threads[4];
	struct reply r;
	struct rig rig;
	char id[ID_SIZE];
	json_int_t last = 0;
	const json_t *one;
	size_t i;

	rig_start(&rig, &(struct emulator_options){0});
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	for (i = 0; i < 4; i++) {
		writers[i] = (struct writer){.id = id, .index = (int)i};
		rig_use(&writers[i].rig, rig.url);
		pthread_create(&threads[i], NULL, write_often, &writers[i]);
	}
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		rig_stop(&writers[i].rig);
	}
	r = history(&rig, "?after=1");
	assert_int_equal(json_array_size(at(r.json, "changes")), 100);
	json_array_foreach (at(r.json, "changes"), i, one) {
		assert_int_equal(number_at(one, "sequence"), i + 2);
		assert_true(number_at(one, "appliedUs") >= last);
		last = number_at(one, "appliedUs");
		assert_true(json_equal(at(one, "body.dhcp"), at(one, "vpc.dhcp")));
	}
	reply_free(&r);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_change),
		cmocka_unit_test(test_requests_are_found),
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_writers_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
