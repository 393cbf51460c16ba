/* SPDX-License-Identifier: MIT */
/* What the emulator does on request is the same by whatever protocol a call comes: faults, holds,
 * the list of requests. */
#include "rpc_rig.h"

#include <pthread.h>
#include <stdio.h>

#define VPC_NAME(name) "{\"name\":\"" name "\",\"zone\":\"US-LAB-01A\"}"

static struct emulator_options no_options;

/* The end of a call with each fault: a code, or no valid answer (code -1). */
enum { NO_ANSWER = RPC_NO_ANSWER, NO_MESSAGE = -2 };

static int outcome(const struct said *s)
{
	if (s->reply.curl != 0)
		return NO_ANSWER;
	if (s->code != 0)
		return s->code;
	return s->json ? 0 : NO_MESSAGE;
}

static void test_faults(void **state)
{
	static const struct {
		const char *rule;
		int outcome[WAYS];
	} rows[] = {
		{"LIST:status=404*1", {5, 5, 5, 5}},
		{"LIST:status=503,body=html*1", {-503, -503, -503, -503}},
		{"LIST:status=500,body=empty*1", {-500, -500, -500, -500}},
		/* an error of another protocol is no valid answer in this one */
		{"LIST:status=404,body=google*1", {-404, -404, -404, -404}},
		{"LIST:delay=30*1", {0, 0, 0, 0}},
		{"LIST:drip=1*1", {0, 0, 0, 0}},
		{"LIST:cut*1", {NO_ANSWER, NO_ANSWER, NO_ANSWER, NO_ANSWER}},
		/* the front answers in the place of a server that closed the connection */
		{"LIST:reset*1", {NO_ANSWER, NO_ANSWER, NO_ANSWER, -502}},
		{"LIST:reset=rst*1", {NO_ANSWER, NO_ANSWER, NO_ANSWER, -502}},
		{"LIST:garbage*1", {NO_MESSAGE, NO_MESSAGE, NO_MESSAGE, NO_MESSAGE}},
		{"LIST:wrongtype*1", {NO_MESSAGE, NO_MESSAGE, NO_MESSAGE, NO_MESSAGE}},
		/* an empty body is a valid message on the wire, but a missing frame is not */
		{"LIST:empty*1", {NO_MESSAGE, 0, NO_MESSAGE, NO_MESSAGE}},
		{"LIST:body={}*1", {0, NO_MESSAGE, NO_MESSAGE, NO_MESSAGE}},
		{"LIST:huge=100000*1", {NO_MESSAGE, NO_MESSAGE, -200, NO_MESSAGE}},
		{"LIST:redirect*1", {-302, -302, -302, -302}},
		{"LIST:lag=60000*1", {0, 0, 0, 0}},
	};

	for (enum way way = 0; way < WAYS; way++) {
		struct rig rig;

		rpc_start(&rig, way, no_options);
		rpc_expect(&rig, way, "CreateVPC", VPC_NAME("a"), 0);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct said s;

			rpc_turn(&rig, CONNECT_JSON);
			add_fault(&rig, rows[i].rule);
			rpc_turn(&rig, way);
			s = rpc_call(&rig, way, "ListVPCs", "{}");
			if (outcome(&s) != rows[i].outcome[way])
				fail_msg("%s: %s: %d, not %d: curl %d, HTTP %ld %s",
					way_names[way], rows[i].rule, outcome(&s),
					rows[i].outcome[way], s.reply.curl, s.reply.status,
					s.reply.body);
			if (strstr(rows[i].rule, "lag"))
				assert_null(at(s.json, "items"));
			said_free(&s);
		}
		rpc_expect(&rig, way, "ListVPCs", "{}", 0);
		rig_stop(&rig);
	}
}

/* A request that broke off was carried out once, or not at all: nothing in between sends it again.
 */
static void test_reset_is_sent_once(void **state)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct rig rig;
		struct said s;

		rpc_start(&rig, way, no_options);
		rpc_expect(&rig, way, "ListVPCs", "{}", 0);
		rpc_turn(&rig, CONNECT_JSON);
		add_fault(&rig, "POST:reset-after*1\nDELETE:reset*1");
		rpc_turn(&rig, way);
		s = rpc_call(&rig, way, "CreateVPC", VPC_NAME("a"));
		assert_int_not_equal(s.code, 6);
		assert_int_not_equal(s.code, 0);
		said_free(&s);
		s = rpc_call(&rig, way, "DeleteVPC", "{\"id\":\"x\"}");
		assert_int_not_equal(s.code, 5);
		said_free(&s);
		rpc_turn(&rig, CONNECT_JSON);
		assert_int_equal(list_count(&rig), 1);
		rig_stop(&rig);
	}
}

/* The server notices a client that gives up, also through the front. */
static void test_hang(void **state)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct rig rig;
		struct said s;
		bool is_over = false;

		rpc_start(&rig, way, no_options);
		rpc_turn(&rig, CONNECT_JSON);
		add_fault(&rig, "LIST:hang*1");
		rpc_turn(&rig, way);
		rig.timeout_ms = 100;
		s = rpc_call(&rig, way, "ListVPCs", "{}");
		assert_int_equal(s.code, RPC_NO_ANSWER);
		said_free(&s);
		rig.timeout_ms = 20000;
		rpc_turn(&rig, CONNECT_JSON);
		while (!is_over) {
			struct reply r = rig_ask(&rig, "GET", "/emulator/requests", NULL);

			is_over = json_is_integer(at(r.json, "0.status"));
			if (is_over)
				assert_int_equal(
					json_integer_value(at(r.json, "0.status")), 0);
			reply_free(&r);
			sleep_ms(5);
		}
		rig_stop(&rig);
	}
}

/* Rules and selectors know a call by its path in REST. */
static void test_place(void **state)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct rig rig;

		rpc_start(&rig, way, no_options);
		rpc_turn(&rig, CONNECT_JSON);
		add_fault(&rig,
			"GET:/vpcs/some-id:status=500,code=10\nPOST:/vpcs:status=418");
		rpc_turn(&rig, way);
		rpc_expect(&rig, way, "GetVPC", "{\"id\":\"some-id\"}", 10);
		rpc_expect(&rig, way, "GetVPC", "{\"id\":\"other\"}", 5);
		rpc_expect(&rig, way, "CreateVPC", VPC_NAME("a"), 2);
		rig_stop(&rig);
	}
}

static void test_requests(void **state)
{
	static const char *const protocols[WAYS] = {
		"connect", "connect", "grpc-web", "grpc"};

	for (enum way way = 0; way < WAYS; way++) {
		struct rig rig;
		struct reply r;
		struct said s;
		char id[ID_SIZE], request[512];

		rpc_start(&rig, way, no_options);
		s = rpc_call(&rig, way, "CreateVPC", VPC_NAME("a"));
		snprintf(id, sizeof(id), "%s", text_at(s.json, "vpc.id"));
		said_free(&s);
		snprintf(request, sizeof(request),
			"{\"id\":\"%s\",\"updateMask\":\"ingress.disablePublicServices\","
			"\"ingress\":{\"disablePublicServices\":true}}",
			id);
		rpc_expect(&rig, way, "UpdateVPC", request, 0);
		rpc_turn(&rig, CONNECT_JSON);
		expect(&rig, "GET", VPCS, NULL, 200);
		r = rig_ask(&rig, "GET", "/emulator/requests", NULL);
		assert_int_equal(json_array_size(r.json), 3);
		assert_text(r.json, "0.protocol", protocols[way]);
		assert_text(r.json, "0.codec", way == CONNECT_JSON ? "json" : "proto");
		assert_text(r.json, "0.call", "CreateVPC");
		assert_text(r.json, "0.method", "POST");
		assert_text(r.json, "0.path", SERVICE "CreateVPC");
		assert_text(r.json, "0.body.name", "a");
		assert_text(r.json, "1.updateMask", "ingress.disablePublicServices");
		assert_text(r.json, "1.body.id", id);
		assert_int_equal(json_integer_value(at(r.json, "1.status")), 200);
		assert_text(r.json, "2.protocol", "rest");
		assert_text(r.json, "2.call", "ListVPCs");
		reply_free(&r);
		r = rig_ask(&rig, "GET", "/emulator/history", NULL);
		assert_text(r.json, "changes.1.protocol", protocols[way]);
		assert_text(r.json, "changes.1.call", "UpdateVPC");
		assert_text(
			r.json, "changes.1.updateMask", "ingress.disablePublicServices");
		assert_text(r.json, "changes.1.body.id", id);
		reply_free(&r);
		rig_stop(&rig);
	}
}

struct waiter {
	struct rig rig;
	enum way way;
	int code;
};

static void *wait_for_list(void *arg)
{
	struct waiter *w = arg;
	struct said s = rpc_call(&w->rig, w->way, "ListVPCs", "{}");

	w->code = s.code;
	said_free(&s);
	return NULL;
}

static bool is_held(struct rig *rig)
{
	struct reply r = rig_ask(rig, "GET", "/emulator/requests", NULL);
	bool held = json_is_true(at(r.json, "0.held"));

	reply_free(&r);
	return held;
}

static void test_hold(void **state)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct waiter w = {.way = way, .code = -1};
		struct rig control;
		pthread_t thread;

		rpc_start(&w.rig, way, (struct emulator_options){.latency_ms = 5});
		control = w.rig;
		rpc_turn(&control, CONNECT_JSON);
		add_fault(&control, "LIST:hold*1");
		pthread_create(&thread, NULL, wait_for_list, &w);
		while (!is_held(&control))
			sleep_ms(5);
		expect(&control, "POST", "/emulator/release", "LIST", 200);
		pthread_join(thread, NULL);
		assert_int_equal(w.code, 0);
		control.emu = NULL;
		rig_stop(&control);
		rig_stop(&w.rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_reset_is_sent_once),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
