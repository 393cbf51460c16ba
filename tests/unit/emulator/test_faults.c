/* SPDX-License-Identifier: MIT */
/* Every fault: what the client sees, and whether the request took effect. */
#include "rig.h"

#include <curl/curl.h>
#include <stdio.h>
#include "base/clock.h"

#define PLAIN "{\"name\":\"a\",\"zone\":\"Z\"}"

static struct reply with_fault(struct rig *rig, const char *rule)
{
	expect(rig, "DELETE", "/emulator/faults", NULL, 200);
	add_fault(rig, rule);
	return rig_ask(rig, "GET", VPCS, NULL);
}

static void test_status(void **state)
{
	struct reply r = with_fault(*state, "ANY:status=503,retry-after=7");

	assert_int_equal(r.status, 503);
	assert_int_equal(json_integer_value(at(r.json, "code")), 14);
	assert_non_null(strstr(r.headers, "Retry-After: 7\r"));
	reply_free(&r);
	r = with_fault(*state, "ANY:status=429,code=8,quota,message=no more");
	assert_int_equal(r.status, 429);
	assert_text(
		r.json, "details.0.@type", "type.googleapis.com/google.rpc.QuotaFailure");
	assert_text(r.json, "message", "no more");
	reply_free(&r);
	r = with_fault(*state, "ANY:status=400,code=9,body=connect,quota");
	assert_text(r.json, "code", "failed_precondition");
	assert_text(r.json, "details.0.type", "google.rpc.QuotaFailure");
	reply_free(&r);
	r = with_fault(*state, "ANY:status=404,body=aip193");
	assert_int_equal(json_integer_value(at(r.json, "error.code")), 404);
	assert_text(r.json, "error.status", "NOT_FOUND");
	reply_free(&r);
	r = with_fault(*state, "ANY:status=502,body=html");
	assert_non_null(strstr(r.body, "<h1>502"));
	assert_non_null(strstr(r.headers, "text/html"));
	reply_free(&r);
	r = with_fault(*state, "ANY:status=500,body=empty");
	assert_int_equal(r.status, 500);
	assert_int_equal(r.len, 0);
	reply_free(&r);
	r = with_fault(*state, "ANY:status=500,body=text,message=oops");
	assert_string_equal(r.body, "oops");
	reply_free(&r);
}

static void test_counts(void **state)
{
	struct rig *rig = *state;
	struct reply r;

	add_fault(rig, "LIST:status=503*2@1\n# a comment\n\nGET:status=500\n");
	expect(rig, "GET", VPCS, NULL, 200);
	expect(rig, "GET", VPCS, NULL, 503);
	expect(rig, "GET", VPCS "/x", NULL, 500);
	expect(rig, "POST", VPCS, PLAIN, 200);
	expect(rig, "GET", VPCS, NULL, 503);
	expect(rig, "GET", VPCS, NULL, 200);
	r = rig_ask(rig, "GET", "/emulator/faults", NULL);
	assert_int_equal(json_array_size(r.json), 2);
	assert_text(r.json, "0.rule", "LIST:status=503*2@1");
	assert_int_equal(json_integer_value(at(r.json, "0.fired")), 2);
	assert_int_equal(json_integer_value(at(r.json, "0.left")), 0);
	assert_true(json_is_null(at(r.json, "1.left")));
	reply_free(&r);
}

static void test_path_part(void **state)
{
	struct rig *rig = *state;

	add_fault(rig, "GET:/bad:status=500");
	expect(rig, "GET", VPCS "/good", NULL, 404);
	expect(rig, "GET", VPCS "/bad-one", NULL, 500);
}

static void test_bad_rules(void **state)
{
	static const char *const rules[] = {"x", "GET", "GET:", "GETS:hang", "GET:no-such",
		"GET:status", "GET:status=", "GET:status=99", "GET:status=600",
		"GET:status=500,x", "GET:status=500,body=xml", "GET:status=500,code=99",
		"GET:delay", "GET:delay=x", "GET:hang=1", "GET:reset=now", "GET:cut-after",
		"GET:huge", "GET:delay=-1", "GET:hold=1", "GET:hold=GET",
		"GET:hang*99999999999999999999", "GET:stale=1s", "GET:hang\nGET:oops",
		"GET:body=\xff"};
	struct reply r;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		r = rig_ask(*state, "POST", "/emulator/faults", rules[i]);
		if (r.status != 400 || r.len == 0)
			fail_msg("%s: %ld %s", rules[i], r.status, r.body);
		reply_free(&r);
	}
	r = rig_ask(*state, "GET", "/emulator/faults", NULL);
	assert_int_equal(json_array_size(r.json), 0);
	reply_free(&r);
}

static void test_delay(void **state)
{
	struct rig *rig = *state;
	uint64_t before = clock_mono_ms();

	add_fault(rig, "LIST:delay=150*1");
	add_fault(rig, "LIST:delay-before=150*1");
	expect(rig, "GET", VPCS, NULL, 200);
	expect(rig, "GET", VPCS, NULL, 200);
	assert_true(clock_mono_ms() - before >= 300);
	/* the change is made before the delay, or after it */
	rig->timeout_ms = 100;
	add_fault(rig, "POST:delay=2000*1");
	expect(rig, "POST", VPCS, PLAIN, 0);
	assert_int_equal(list_count(rig), 1);
	add_fault(rig, "POST:delay-before=300*1");
	expect(rig, "POST", VPCS, "{\"name\":\"b\",\"zone\":\"Z\"}", 0);
	assert_int_equal(list_count(rig), 1);
	sleep_ms(500);
	assert_int_equal(list_count(rig), 2);
}

static void test_hang(void **state)
{
	struct rig *rig = *state;

	rig->timeout_ms = 100;
	add_fault(rig, "POST:hang*1\nPOST:hang-after*1");
	expect(rig, "POST", VPCS, PLAIN, 0);
	assert_int_equal(list_count(rig), 0);
	expect(rig, "POST", VPCS, PLAIN, 0);
	assert_int_equal(list_count(rig), 1);
}

static void test_reset(void **state)
{
	struct rig *rig = *state;
	struct reply r;

	add_fault(rig, "POST:reset-before*1\nPOST:reset=rst*1\nPOST:reset-after*1");
	r = rig_ask(rig, "POST", VPCS, PLAIN);
	assert_int_equal(r.curl, CURLE_GOT_NOTHING);
	reply_free(&r);
	r = rig_ask(rig, "POST", VPCS, PLAIN);
	assert_int_equal(r.curl, CURLE_RECV_ERROR);
	reply_free(&r);
	assert_int_equal(list_count(rig), 0);
	r = rig_ask(rig, "POST", VPCS, PLAIN);
	assert_int_equal(r.curl, CURLE_GOT_NOTHING);
	reply_free(&r);
	assert_int_equal(list_count(rig), 1);
	r = rig_ask(rig, "GET", "/emulator/requests", NULL);
	assert_int_equal(json_integer_value(at(r.json, "0.status")), 0);
	reply_free(&r);
}

static void test_cut(void **state)
{
	struct rig *rig = *state;
	struct reply r;

	expect(rig, "POST", VPCS, PLAIN, 200);
	r = with_fault(rig, "LIST:cut");
	assert_int_equal(r.curl, CURLE_PARTIAL_FILE);
	assert_true(r.len > 100);
	assert_null(r.json);
	reply_free(&r);
	r = with_fault(rig, "LIST:cut=10");
	assert_int_equal(r.curl, CURLE_PARTIAL_FILE);
	assert_int_equal(r.len, 10);
	reply_free(&r);
}

static void test_drip(void **state)
{
	struct rig *rig = *state;
	struct reply r;
	uint64_t before = clock_mono_ms();

	r = with_fault(rig, "LIST:drip=10");
	assert_string_equal(r.body, "{\"items\":[]}");
	assert_true(clock_mono_ms() - before >= 120);
	reply_free(&r);
}

static void test_bodies(void **state)
{
	struct rig *rig = *state;
	struct reply r = with_fault(rig, "ANY:garbage");

	assert_int_equal(r.status, 200);
	assert_null(r.json);
	assert_true(r.len > 0);
	reply_free(&r);
	r = with_fault(rig, "ANY:wrongtype");
	assert_true(json_is_string(at(r.json, "items")));
	reply_free(&r);
	r = with_fault(rig, "ANY:empty");
	assert_int_equal(r.status, 200);
	assert_int_equal(r.len, 0);
	reply_free(&r);
	r = with_fault(rig, "ANY:body={\"items\":[],\"a\":\"x:y\"}*9");
	assert_text(r.json, "a", "x:y");
	reply_free(&r);
	r = with_fault(rig, "ANY:redirect=http://127.0.0.1:1/x");
	assert_int_equal(r.status, 302);
	assert_non_null(strstr(r.headers, "Location: http://127.0.0.1:1/x\r"));
	reply_free(&r);
	r = with_fault(rig, "ANY:redirect");
	assert_non_null(strstr(r.headers, "Location: /elsewhere\r"));
	reply_free(&r);
	r = with_fault(rig, "ANY:huge=10000000");
	assert_int_equal(r.len, 10000000);
	assert_int_equal(json_string_length(at(r.json, "items.0")), 10000000 - 14);
	reply_free(&r);
	r = with_fault(rig, "ANY:huge=3");
	assert_int_equal(r.len, 3);
	reply_free(&r);
}

/* Answers that replace the service's: the request is not carried out unless the rule says so. */
static void test_carried_out(void **state)
{
	static const char *const rules[] = {"POST:status=503", "POST:garbage",
		"POST:wrongtype-before", "POST:empty", "POST:body=x", "POST:redirect",
		"POST:huge=10"};
	struct rig *rig = *state;
	char body[64];

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct reply r = with_fault(rig, rules[i]);

		reply_free(&r);
		r = rig_ask(rig, "POST", VPCS, PLAIN);
		reply_free(&r);
		assert_int_equal(list_count(rig), i);
		expect(rig, "DELETE", "/emulator/faults", NULL, 200);
		snprintf(body, sizeof(body), "POST:%s-after%s",
			i == 0 ? "status" : "garbage", i == 0 ? "=503" : "");
		add_fault(rig, body);
		snprintf(body, sizeof(body), "{\"name\":\"n%zu\",\"zone\":\"Z\"}", i);
		r = rig_ask(rig, "POST", VPCS, body);
		reply_free(&r);
		assert_int_equal(list_count(rig), i + 1);
	}
}

static void test_stale(void **state)
{
	struct rig *rig = *state;
	char id[ID_SIZE], path[512];
	struct reply r;

	make(rig, PLAIN, id);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	add_fault(rig, "LIST:stale=300\nGET:lag=300");
	assert_int_equal(list_count(rig), 0);
	expect(rig, "GET", path, NULL, 404);
	sleep_ms(350);
	assert_int_equal(list_count(rig), 1);
	expect_patch(rig, id, "{\"ingress\":{\"disablePublicServices\":true}}", 200);
	r = fetch(rig, id);
	assert_true(json_is_false(at(r.json, "vpc.ingress.disablePublicServices")));
	reply_free(&r);
	sleep_ms(350);
	r = fetch(rig, id);
	assert_true(json_is_true(at(r.json, "vpc.ingress.disablePublicServices")));
	reply_free(&r);
	expect(rig, "DELETE", path, NULL, 200);
	assert_int_equal(list_count(rig), 1);
	expect(rig, "GET", path, NULL, 200);
	sleep_ms(350);
	assert_int_equal(list_count(rig), 0);
	expect(rig, "GET", path, NULL, 404);
}

static void test_silent(void **state)
{
	struct rig *rig = *state;
	char id[ID_SIZE], path[512];
	struct reply r;

	make(rig, PLAIN, id);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	add_fault(rig, "PATCH:silent\nDELETE:silent*1");
	r = patch(rig, id, "{\"ingress\":{\"disablePublicServices\":true}}");
	assert_int_equal(r.status, 200);
	assert_true(json_is_false(at(r.json, "vpc.ingress.disablePublicServices")));
	reply_free(&r);
	expect(rig, "DELETE", path, NULL, 200);
	expect(rig, "GET", path, NULL, 200);
}

/* Hanging, dripping and delayed answers do not delay the server's end. */
static void test_stop_is_prompt(void **state)
{
	static const char rules[] = "LIST:hang*1\nLIST:delay=60000*1\nLIST:drip=60000*1\n"
				    "LIST:huge=1000000000000*1";
	struct rig rig;
	CURLM *multi = curl_multi_init();
	CURL *easy[4];
	int running = 1;
	char url[512];
	struct curl_slist *list = curl_slist_append(NULL, "Authorization: Bearer x");
	uint64_t before;

	rig_start(&rig, &(struct emulator_options){0});
	add_fault(&rig, rules);
	snprintf(url, sizeof(url), "%s" VPCS, rig.url);
	for (int i = 0; i < 4; i++) {
		easy[i] = curl_easy_init();
		curl_easy_setopt(easy[i], CURLOPT_URL, url);
		curl_easy_setopt(easy[i], CURLOPT_NOPROXY, "*");
		curl_easy_setopt(easy[i], CURLOPT_HTTPHEADER, list);
		curl_multi_add_handle(multi, easy[i]);
	}
	for (int i = 0; i < 3; i++) {
		curl_multi_perform(multi, &running);
		sleep_ms(100);
	}
	before = clock_mono_ms();
	rig_stop(&rig);
	assert_true(clock_mono_ms() - before < 1000);
	for (int i = 0; i < 4; i++) {
		curl_multi_remove_handle(multi, easy[i]);
		curl_easy_cleanup(easy[i]);
	}
	curl_multi_cleanup(multi);
	curl_slist_free_all(list);
}

static void test_options(void **state)
{
	static const char *const good[] = {"GET:hang", "ANY:status=500"};
	static const char *const bad[] = {"GET:hang", "what"};
	struct emulator *emu = NULL;
	struct err err = {""};
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){.faults = good, .fault_count = 2});
	expect(&rig, "GET", VPCS, NULL, 500);
	rig_stop(&rig);
	assert_true(
		emulator_start(&(struct emulator_options){.faults = bad, .fault_count = 2},
			&emu, &err) < 0);
	assert_non_null(strstr(err.text, "what"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_status),
		CASE(test_counts),
		CASE(test_path_part),
		CASE(test_bad_rules),
		CASE(test_delay),
		CASE(test_hang),
		CASE(test_reset),
		CASE(test_cut),
		CASE(test_drip),
		CASE(test_bodies),
		CASE(test_carried_out),
		CASE(test_stale),
		CASE(test_silent),
		cmocka_unit_test(test_stop_is_prompt),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
