/* SPDX-License-Identifier: MIT */
/* Each allocation of the walk fails once, those that it has jansson make included. Then -ENOMEM
 * comes back with a sentence, nothing leaks (under the sanitizer), and the buffer is unchanged. The
 * texts are parsed before, since jansson's lexer does not notice when it has no memory for a
 * character. */
#include "rig.h"

#include "proto/json.h"
#include "proto/method.h"
#include "torture.h"

#define ALLOCATIONS_MAX 5000

static const char vpc[] =
	"{\"items\":[{\"id\":\"i\",\"name\":\"\\u00fc\",\"status\":\"STATUS_READY\","
	"\"vpc_prefixes\":[{\"name\":\"a\",\"value\":\"b\"},{\"name\":\"c\"}],"
	"\"createdAt\":\"2026-01-31T12:00:00.5Z\",\"dhcp\":{\"dns\":{\"servers\":["
	"\"1\",\"2\"]}},\"hostPrefixes\":[{\"type\":9,\"ipam\":{\"prefixLength\":\"80\"}}]"
	"}]}";
static const char update[] = "{\"updateMask\":\"ingress,vpcPrefixes\",\"id\":\"i\"}";
static const char status[] =
	"{\"code\":5,\"message\":\"m\",\"details\":[{\"@type\":\"google.rpc.BadRequest\","
	"\"fieldViolations\":[{\"field\":\"f\"}]},{\"@type\":\"x\",\"value\":\"AAEC\"},{\"@"
	"type\":\"x\",\"value\":\"\"}]}";

/* jansson's allocations go through a function of this program, so that they can be made to fail. */
static void *tortured_malloc(size_t size)
{
	return malloc(size);
}

static void tortured_free(void *memory)
{
	free(memory);
}

static int act_json(const struct msg_type *type, const json_t *json, struct err *err)
{
	CLEANUP_BUF struct buf wire = BUF_INIT(RIG_MAX);
	CLEANUP_MSG struct msg *msg = NULL;
	int r;

	if (buf_adds(&wire, "before") < 0)
		return err_set(err, ENOMEM, "no buffer");
	r = msg_from_value(type, json, 0, &msg, err);
	if (r == 0)
		r = msg_to_wire(msg, &wire);
	if (r < 0)
		assert_string_equal(buf_str(&wire), "before");
	return r < 0 ? err_set(err, -r, "no room") : 0;
}

static int act_wire(const struct msg_type *type, const struct buf *bytes, struct err *err)
{
	CLEANUP_BUF struct buf json = BUF_INIT(RIG_MAX);
	int r;

	if (buf_adds(&json, "before") < 0)
		return err_set(err, ENOMEM, "no buffer");
	r = msg_wire_to_json(type, bytes->data, bytes->len,
		MSG_WRITE_UNSET | MSG_MASK_PATHS, &json, err);
	if (r < 0)
		assert_string_equal(buf_str(&json), "before");
	return r;
}

/* Makes the message from JSON, or from the bytes if there are any. */
static void torture(
	const struct msg_type *type, const json_t *json, const struct buf *bytes)
{
	int failures = 0;

	for (int nth = 0; nth < ALLOCATIONS_MAX; nth++) {
		struct err err = {""};
		int r;

		torture_arm(nth);
		r = bytes ? act_wire(type, bytes, &err) : act_json(type, json, &err);
		if (!torture_has_failed()) {
			assert_int_equal(r, 0);
			assert_true(failures > 5);
			return;
		}
		if (r != -ENOMEM || !err.text[0])
			fail_msg("allocation %d: %d, %s", nth, r, err.text);
		failures++;
	}
	fail_msg("more than %d allocations", ALLOCATIONS_MAX);
}

static void torture_both(const struct msg_type *type, const char *json)
{
	CLEANUP_BUF struct buf bytes = BUF_INIT(RIG_MAX);
	json_auto_t *value = json_loads(json, 0, NULL);

	torture(type, value, NULL);
	assert_int_equal(msg_json_to_wire(type, json, strlen(json), 0, &bytes, NULL), 0);
	assert_int_equal(buf_add(&bytes, "\xB2\x06\x02xy", 5), 0); /* an unknown field */
	torture(type, NULL, &bytes);
}

static void test_list(void **state)
{
	torture_both(method_of(METHOD_LIST_VPCS)->response, vpc);
}

static void test_update(void **state)
{
	torture_both(method_of(METHOD_UPDATE_VPC)->request, update);
}

static void test_status(void **state)
{
	torture_both(method_status_type(), status);
}

/* A refusal needs memory for its message. */
static void test_refusals(void **state)
{
	json_auto_t *value =
		json_loads("{\"items\":[{\"id\":\"i\"},{\"name\":1}]}", 0, NULL);

	for (int nth = 0; nth < ALLOCATIONS_MAX; nth++) {
		struct err err = {""};
		int r;

		torture_arm(nth);
		r = act_json(method_of(METHOD_LIST_VPCS)->response, value, &err);
		if (!torture_has_failed()) {
			assert_int_equal(r, -EINVAL);
			assert_true(nth > 5);
			return;
		}
		assert_int_equal(r, -ENOMEM);
		assert_string_not_equal(err.text, "");
	}
	fail_msg("more than %d allocations", ALLOCATIONS_MAX);
}

/* Parses as well. It fails and says why, or jansson has lost a character. */
static void test_parser(void **state)
{
	int told = 0;

	for (int nth = 0; nth < ALLOCATIONS_MAX; nth++) {
		CLEANUP_MSG struct msg *msg = NULL;
		struct err err = {""};
		int r;

		torture_arm(nth);
		r = msg_from_json(method_of(METHOD_LIST_VPCS)->response, vpc, strlen(vpc),
			MSG_REFUSE_UNKNOWN, &msg, &err);
		if (!torture_has_failed()) {
			assert_int_equal(r, 0);
			assert_true(told > 5);
			return;
		}
		assert_true(r == 0 ? msg && !err.text[0] : !msg && err.text[0]);
		assert_null(strstr(err.text, "(line -1")); /* jansson had no message */
		told += r == -ENOMEM;
	}
	fail_msg("more than %d allocations", ALLOCATIONS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_parser),
	};

	json_set_alloc_funcs(tortured_malloc, tortured_free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
