/* SPDX-License-Identifier: MIT */
/* Errors: google.rpc.Status with its details, as bytes and as JSON. */
#include "rig.h"

#include "base/base64.h"
#include "proto/method.h"

#define TYPE_URL(name) "\"@type\":\"type.googleapis.com/google.rpc." name "\""

/* A Connect detail of a real answer: type and bytes apart. */
static void test_connect_detail(void **state)
{
	static const char base64[] = "CgNWUEMSBG5vcGUiC25vIHN1Y2ggVlBD";
	static const char members[] = "\"resourceType\":\"VPC\",\"resourceName\":\"nope\","
				      "\"description\":\"no such VPC\"}";
	const struct msg_type *type = msg_type_named("google.rpc.ResourceInfo");
	CLEANUP_BUF struct buf bytes = BUF_INIT(RIG_MAX), json = BUF_INIT(RIG_MAX),
			       again = BUF_INIT(RIG_MAX), text = BUF_INIT(RIG_MAX);
	char whole[256];

	assert_int_equal(base64_decode(base64, strlen(base64), &bytes), 0);
	assert_int_equal(msg_wire_to_json(type, bytes.data, bytes.len, 0, &json, NULL), 0);
	snprintf(whole, sizeof(whole), "{%s", members);
	assert_string_equal(buf_str(&json), whole);
	snprintf(whole, sizeof(whole), "{" TYPE_URL("ResourceInfo") ",%s", members);
	assert_int_equal(msg_json_to_wire(type, whole, strlen(whole), 0, &again, NULL), 0);
	assert_int_equal(base64_encode(again.data, again.len, false, &text), 0);
	assert_string_equal(buf_str(&text), base64);
}

static void test_status_bytes(void **state)
{
	static const char json[] = "{\"code\":5,\"message\":\"VPC \\\"nope\\\" not "
				   "found\",\"details\":[{" TYPE_URL(
					   "ResourceInfo") ",\"resourceType\":\"VPC\","
							   "\"resourceName\":\"nope\"}]}";
	static const char bytes[] = "\x08\x05\x12\x14VPC \"nope\" not found\x1A\x3A\x0A"
				    "\x2Btype.googleapis.com/google.rpc.ResourceInfo"
				    "\x12\x0B\x0A\x03VPC\x12\x04nope";
	CLEANUP_BUF struct buf wire = BUF_INIT(RIG_MAX), back = BUF_INIT(RIG_MAX);

	assert_int_equal(
		msg_json_to_wire(method_status_type(), json, strlen(json), 0, &wire, NULL),
		0);
	assert_int_equal(wire.len, sizeof(bytes) - 1);
	assert_memory_equal(wire.data, bytes, wire.len);
	assert_int_equal(msg_wire_to_json(method_status_type(), bytes, sizeof(bytes) - 1, 0,
				 &back, NULL),
		0);
	assert_string_equal(buf_str(&back), json);
}

static void test_round(void **state)
{
	static const char *const details[] = {
		"{" TYPE_URL("BadRequest") ",\"fieldViolations\":[{\"field\":\"name\","
					   "\"description\":\"too long\"},{}]}",
		"{" TYPE_URL("PreconditionFailure") ",\"violations\":[{\"type\":\"STATE\","
						    "\"subject\":\"s\","
						    "\"description\":\"d\"}]}",
		"{" TYPE_URL("QuotaFailure") ",\"violations\":[{\"subject\":\"s\","
					     "\"description\":\"d\"}]}",
		"{" TYPE_URL("ResourceInfo") ",\"resourceType\":\"VPC\",\"resourceName\":"
					     "\"n\",\"owner\":\"o\",\"description\":\"d\"}",
		"{" TYPE_URL("ErrorInfo") ",\"reason\":\"R\",\"domain\":\"d\"}",
		"{" TYPE_URL("LocalizedMessage") ",\"locale\":\"de\",\"message\":\"m\"}",
		"{" TYPE_URL("ResourceInfo") "}",
		"{\"@type\":\"example.com/later.Detail\",\"value\":\"AAECAw==\"}",
		"{\"@type\":\"example.com/later.Detail\",\"value\":\"\"}",
		"{" TYPE_URL("Status") ",\"value\":\"CAU=\"}",
		"{}",
	};
	char json[512];

	for (size_t i = 0; i < ARRAY_LEN(details); i++) {
		snprintf(json, sizeof(json), "{\"details\":[%s]}", details[i]);
		rig_expect("google.rpc.Status", json, 0, json);
	}
	rig_expect("google.rpc.Status", "{\"details\":[{" TYPE_URL("ResourceInfo") "}]}",
		MSG_WRITE_UNSET,
		"{\"code\":0,\"message\":\"\",\"details\":[{" TYPE_URL(
			"ResourceInfo") ",\"resourceType\":\"\",\"resourceName\":\"\","
					"\"owner\":\"\","
					"\"description\":\"\"}]}");
	rig_expect("google.rpc.Status",
		"{\"details\":[{\"resource_type\":\"VPC\",\"later\":1,"
		"\"@type\":\"google.rpc.ResourceInfo\"}]}",
		0,
		"{\"details\":[{\"@type\":\"google.rpc.ResourceInfo\","
		"\"resourceType\":\"VPC\"}]}");
}

/* Bytes that are not of the type they claim are shown in base64. */
static void test_foreign_bytes(void **state)
{
	static const char bytes[] = "\x1A\x1C\x0A\x17google.rpc.ResourceInfo\x12\x01\xFF";
	CLEANUP_BUF struct buf json = BUF_INIT(RIG_MAX);

	assert_int_equal(msg_wire_to_json(method_status_type(), bytes, sizeof(bytes) - 1, 0,
				 &json, NULL),
		0);
	assert_string_equal(buf_str(&json), "{\"details\":[{\"@type\":\"google.rpc."
					    "ResourceInfo\",\"value\":\"/w==\"}]}");
}

static void test_refused(void **state)
{
	static const char *const details[] = {
		"{\"@type\":\"\"}",
		"{\"@type\":1}",
		"{\"@type\":\"a\\u0000\",\"value\":\"\"}",
		"{\"@type\":\"later.Detail\"}",
		"{\"@type\":\"later.Detail\",\"value\":{}}",
		"{\"@type\":\"later.Detail\",\"value\":\"=\"}",
		"{\"@type\":\"google.protobuf.Any\",\"value\":{\"@type\":\"x\"}}",
		"{" TYPE_URL("ResourceInfo") ",\"owner\":1}",
		"[]",
		"null",
		"\"\"",
	};
	char json[512];

	for (size_t i = 0; i < ARRAY_LEN(details); i++) {
		CLEANUP_BUF struct buf wire = BUF_INIT(RIG_MAX);
		struct err err = {""};
		int r;

		snprintf(json, sizeof(json), "{\"details\":[%s]}", details[i]);
		r = msg_json_to_wire(
			method_status_type(), json, strlen(json), 0, &wire, &err);
		if (r != -EINVAL || !err.text[0] || wire.len)
			fail_msg("%s: %d, %s", json, r, err.text);
	}
}

/* Without "@type" every member is unknown. */
static void test_strict(void **state)
{
	static const char *const details[] = {"{\"owner\":\"o\"}",
		"{" TYPE_URL("ResourceInfo") ",\"later\":1}",
		"{" TYPE_URL("ResourceInfo") ",\"violations\":[]}"};
	char json[512];

	for (size_t i = 0; i < ARRAY_LEN(details); i++) {
		CLEANUP_BUF struct buf wire = BUF_INIT(RIG_MAX);
		struct err err = {""};

		snprintf(json, sizeof(json), "{\"details\":[%s]}", details[i]);
		assert_int_equal(msg_json_to_wire(method_status_type(), json, strlen(json),
					 MSG_REFUSE_UNKNOWN, &wire, &err),
			-EINVAL);
		assert_string_not_equal(err.text, "");
		assert_int_equal(msg_json_to_wire(method_status_type(), json, strlen(json),
					 0, &wire, NULL),
			0);
	}
	snprintf(json, sizeof(json), "{\"details\":[{" TYPE_URL("ErrorInfo") "}]}");
	assert_int_equal(msg_json_to_wire(method_status_type(), json, strlen(json),
				 MSG_REFUSE_UNKNOWN, &(struct buf)BUF_INIT(10), NULL),
		-EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect_detail),
		cmocka_unit_test(test_status_bytes),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_foreign_bytes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
