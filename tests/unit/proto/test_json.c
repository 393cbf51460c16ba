/* SPDX-License-Identifier: MIT */
/* ProtoJSON: what is accepted, how it is written again, and what is refused with which message. */
#include "rig.h"

struct row {
	const char *type, *in, *out;
};

static void test_taken(void **state)
{
	static const struct row rows[] = {
		{"VPC", "{}", "{}"},
		{"VPC", " {\"id\" : \"a\"} ", "{\"id\":\"a\"}"},
		{"VPC", "{\"id\":\"\",\"status\":0,\"vpcPrefixes\":[],\"ingress\":null}",
			"{}"},
		{"VPC", "{\"vpc_prefixes\":[{\"name\":\"n\"}]}",
			"{\"vpcPrefixes\":[{\"name\":\"n\"}]}"},
		{"VPC", "{\"hostPrefixes\":[{},{\"ipam\":{}}]}",
			"{\"hostPrefixes\":[{},{\"ipam\":{}}]}"},
		{"VPC", "{\"ingress\":{\"disablePublicServices\":false}}",
			"{\"ingress\":{}}"},
		{"VPC", "{\"hostPrefix\":\"b\",\"name\":\"a\"}",
			"{\"name\":\"a\",\"hostPrefix\":\"b\"}"},
		{"VPC", "{\"later\":{\"x\":[1e300,null]},\"name\":\"a\"}",
			"{\"name\":\"a\"}"},
		{"VPC", "{\"name\":\"\\u00fc\\ud83d\\ude00\\n\\\"\\\\/\\u007f\\u001f\"}",
			"{\"name\":\"\xC3\xBC\xF0\x9F\x98\x80\\n\\\"\\\\/\x7F\\u001F\"}"},
		{"VPC", "{\"status\":\"STATUS_READY\"}", "{\"status\":\"STATUS_READY\"}"},
		{"VPC", "{\"status\":3}", "{\"status\":\"STATUS_READY\"}"},
		{"VPC", "{\"status\":3e0}", "{\"status\":\"STATUS_READY\"}"},
		{"VPC", "{\"status\":99}", "{\"status\":99}"},
		{"VPC", "{\"status\":-1}", "{\"status\":-1}"},
		{"VPC", "{\"status\":\"STATUS_FAILED\"}", "{}"},
		{"VPC", "{\"status\":\"\"}", "{}"},
		{"Prefix", "{\"status\":1}", "{\"status\":1}"},
		{"DHCP", "{\"dns\":{\"servers\":[\"\",\"b\"]}}",
			"{\"dns\":{\"servers\":[\"\",\"b\"]}}"},
		{"CreateVPCRequest", "{\"ingress\":{\"disable_public_services\":true}}",
			"{\"ingress\":{\"disablePublicServices\":true}}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rig_expect(rows[i].type, rows[i].in, 0, rows[i].out);
}

static void test_integers(void **state)
{
	static const char *const eighties[] = {
		"80", "\"80\"", "80.0", "8e1", "\"8e1\"", "\"80.0\"", "0.8e2", "8E+1"};
	static const char *const wrong[] = {"80.5", "\"80.5\"", "\" 80\"", "\"80 \"",
		"\"\"", "\"0x50\"", "\"+80\"", "\"080\"", "\"8\\u00000\"", "true", "[80]",
		"{}", "2147483648", "-2147483649", "1e10", "1e300", "\"1e999\"",
		"99999999999999999999", "\"eighty\"", "\"80,80\"", "\"80]\""};
	char in[64];
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(eighties); i++) {
		snprintf(in, sizeof(in), "{\"prefixLength\":%s}", eighties[i]);
		rig_expect("IPAddressManagementPolicy", in, 0, "{\"prefixLength\":80}");
	}
	rig_expect("IPAddressManagementPolicy", "{\"prefixLength\":-2147483648}", 0,
		"{\"prefixLength\":-2147483648}");
	rig_expect("IPAddressManagementPolicy", "{\"prefixLength\":2147483647}", 0,
		"{\"prefixLength\":2147483647}");
	rig_expect("IPAddressManagementPolicy", "{\"prefixLength\":-0}", 0, "{}");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct msg *msg = NULL;

		snprintf(in, sizeof(in), "{\"prefixLength\":%s}", wrong[i]);
		err_clear(&err);
		assert_int_equal(msg_from_json(rig_type("IPAddressManagementPolicy"), in,
					 strlen(in), 0, &msg, &err),
			-EINVAL);
		assert_non_null(
			strstr(err.text, "invalid value for int32 field prefixLength: "));
		assert_null(msg);
	}
}

static void test_times(void **state)
{
	static const struct row rows[] = {
		{"", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"},
		{"", "2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"},
		{"", "2026-01-31T12:00:00.123456Z", "2026-01-31T12:00:00.123456Z"},
		{"", "2026-01-31T12:00:00.1234567Z", "2026-01-31T12:00:00.123456700Z"},
		{"", "2026-01-31T12:00:00.000000001Z", "2026-01-31T12:00:00.000000001Z"},
		{"", "2026-01-31T12:00:00.000001Z", "2026-01-31T12:00:00.000001Z"},
		{"", "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00Z"},
		{"", "2026-01-31T12:00:00+01:30", "2026-01-31T10:30:00Z"},
		{"", "1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.900Z"},
		{"", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
	};
	static const char *const wrong[] = {"\"\"", "\"2026-01-31\"", "0", "{}", "[]",
		"{\"seconds\":1}", "\"2026-01-31 12:00:00Z\"", "\"2026-02-30T12:00:00Z\"",
		"\"2026-01-31T12:00:60Z\"", "\"2026-01-31t12:00:00Z\"",
		"\"2026-01-31T12:00:00z\"", "\"2026-01-31T12:00:00.1234567891Z\"",
		"\"2026-01-31T12:00:00\"", "\"0001-01-01T00:00:00+00:01\"",
		"\"9999-12-31T23:59:59-00:01\"", "\"2026-01-31T12:00:00Z\\u0000\""};
	char in[128], out[128];
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(in, sizeof(in), "{\"createdAt\":\"%s\"}", rows[i].in);
		snprintf(out, sizeof(out), "{\"createdAt\":\"%s\"}", rows[i].out);
		rig_expect("VPC", in, 0, out);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct msg *msg = NULL;

		snprintf(in, sizeof(in), "{\"createdAt\":%s}", wrong[i]);
		err_clear(&err);
		assert_int_equal(
			msg_from_json(rig_type("VPC"), in, strlen(in), 0, &msg, &err),
			-EINVAL);
		assert_non_null(strstr(err.text,
			wrong[i][0] == '"' ? "google.protobuf.Timestamp: "
					   : "google.protobuf.Timestamp: not a text"));
		if (wrong[i][0] == '"')
			assert_null(strstr(err.text, "not a text"));
	}
}

static void test_masks(void **state)
{
	static const struct row rows[] = {
		{"", "\"vpcPrefixes\"", "\"vpcPrefixes\""},
		{"", "\"ingress.disablePublicServices,dhcp.dns.servers\"",
			"\"ingress.disablePublicServices,dhcp.dns.servers\""},
		{"", "\" \\t vpcPrefixes,x1 \\n\"", "\"vpcPrefixes,x1\""},
		{"", "\"\"", "\"\""},
		{"", "\"  \"", "\"\""},
		{"", "\"nope\"", "\"nope\""},
		{"", "\"Foo\"", "\"Foo\""},
	};
	static const char *const wrong[] = {"vpc_prefixes", "*", "a, b", "a,,b", "a,", ",a",
		".", "a.", ".a", "a..b", "1a", "a.1", "a b", "\xC3\xA4", "a\\u0000"};
	char in[128], out[128];
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(in, sizeof(in), "{\"updateMask\":%s}", rows[i].in);
		snprintf(out, sizeof(out), "{\"updateMask\":%s}", rows[i].out);
		rig_expect("UpdateVPCRequest", in, 0, out);
	}
	rig_expect("UpdateVPCRequest", "{\"updateMask\":null}", 0, "{}");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct msg *msg = NULL;

		snprintf(in, sizeof(in), "{\"updateMask\":\"%s\"}", wrong[i]);
		err_clear(&err);
		assert_int_equal(msg_from_json(rig_type("UpdateVPCRequest"), in, strlen(in),
					 0, &msg, &err),
			-EINVAL);
		assert_non_null(strstr(err.text,
			"google.protobuf.FieldMask.paths contains invalid path: \""));
	}
}

static void test_refused(void **state)
{
	static const struct row rows[] = {
		{"VPC", "", "syntax error"},
		{"VPC", "{", "syntax error"},
		{"VPC", "{} {}", "syntax error"},
		{"VPC", "[]", "coreweave.networking.v1beta1.VPC must be an object"},
		{"VPC", "null", "must be an object"},
		{"VPC", "\"x\"", "must be an object"},
		{"VPC", "{\"name\":1}", "invalid value for string field name: 1"},
		{"VPC", "{\"name\":[\"a\"]}", "invalid value for string field name: ["},
		{"VPC", "{\"name\":\"a\\u0000b\"}", "invalid value for string field name"},
		{"VPC", "{\"name\":\"a\",\"name\":\"b\"}", "duplicate"},
		{"VPC", "{\"vpcPrefixes\":[],\"vpc_prefixes\":[]}",
			"duplicate field \"vpc_prefixes\""},
		{"VPC", "{\"vpcPrefixes\":null,\"vpc_prefixes\":[]}", "duplicate field"},
		{"VPC", "{\"vpcPrefixes\":{}}", "repeated message field vpcPrefixes: {"},
		{"VPC", "{\"vpcPrefixes\":[null]}", "Prefix must be an object"},
		{"DHCP", "{\"dns\":{\"servers\":[\"a\",null]}}",
			"repeated string field servers: null"},
		{"DHCP", "{\"dns\":{\"servers\":\"a\"}}", "repeated string field servers"},
		{"DHCP", "{\"dns\":[]}", "DHCP.DNS must be an object"},
		{"VPC", "{\"status\":true}", "invalid value for enum field status: true"},
		{"VPC", "{\"status\":2147483648}", "invalid value for enum field status"},
		{"VPC", "{\"status\":1.5}", "invalid value for enum field status: 1.5"},
		{"Ingress", "{\"disablePublicServices\":\"true\"}",
			"invalid value for bool field disablePublicServices: \"true\""},
		{"Ingress", "{\"disablePublicServices\":1}", "bool field"},
		{"VPC", "{\"name\":\"\xFF\"}", "unable to decode byte 0xff"},
		{"VPC", "{\"name\":\"\\ud800\"}", "syntax error"},
		{"UpdateVPCRequest", "{\"updateMask\":[\"a\"]}", "unexpected token ["},
		{"UpdateVPCRequest", "{\"updateMask\":{\"paths\":[]}}",
			"unexpected token {"},
		{"UpdateVPCRequest", "{\"updateMask\":1}", "google.protobuf.FieldMask"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};
		struct msg *msg = NULL;
		int r = msg_from_json(rig_type(rows[i].type), rows[i].in,
			strlen(rows[i].in), 0, &msg, &err);

		if (r != -EINVAL || !strstr(err.text, rows[i].out) || msg)
			fail_msg("%s: %d, %s", rows[i].in, r, err.text);
	}
}

/* Of a nested value only the beginning is shown. */
static void test_short_sentences(void **state)
{
	static const struct row rows[] = {
		{"VPC", "{\"name\":[[\"a\"]]}", "invalid value for string field name: ["},
		{"VPC", "{\"name\":{\"a\":1}}", "invalid value for string field name: {"},
		{"VPC", "{\"name\":false}", "invalid value for string field name: false"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};
		struct msg *msg = NULL;

		assert_int_equal(msg_from_json(rig_type(rows[i].type), rows[i].in,
					 strlen(rows[i].in), 0, &msg, &err),
			-EINVAL);
		assert_string_equal(err.text, rows[i].out);
	}
}

static void test_unknown_refused(void **state)
{
	static const struct row rows[] = {
		{"VPC", "{\"later\":1}", "unknown field \"later\""},
		{"VPC",
			"{\"name\":\"a\",\"vpcPrefixes\":[],\"host_prefix\":\"b\","
			"\"later\":1}",
			"unknown field \"later\""},
		{"VPC", "{\"Name\":\"a\"}", "unknown field \"Name\""},
		{"VPC", "{\"vpcprefixes\":[]}", "unknown field \"vpcprefixes\""},
		{"VPC", "{\"name\":\"a\",\"vpc_prefixes\":[{\"x\":null}]}",
			"unknown field \"x\""},
		{"VPC", "{\"status\":\"STATUS_FAILED\"}",
			"invalid value for enum field status: \"STATUS_FAILED\""},
	};
	struct msg *msg = NULL;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};
		int r = msg_from_json(rig_type(rows[i].type), rows[i].in,
			strlen(rows[i].in), MSG_REFUSE_UNKNOWN, &msg, &err);

		if (r != -EINVAL || !strstr(err.text, rows[i].out) || msg)
			fail_msg("%s: %d, %s", rows[i].in, r, err.text);
	}
	assert_int_equal(msg_from_json(rig_type("VPC"), "{\"status\":9,\"id\":null}", 22,
				 MSG_REFUSE_UNKNOWN, &msg, NULL),
		0);
	msg_free(msg);
}

static void test_unset_is_written(void **state)
{
	rig_expect("VPC", "{}", MSG_WRITE_UNSET,
		"{\"id\":\"\",\"name\":\"\",\"status\":\"STATUS_UNSPECIFIED\","
		"\"zone\":\"\",\"vpcPrefixes\":[],\"createdAt\":null,\"updatedAt\":null,"
		"\"hostPrefix\":\"\",\"ingress\":null,\"egress\":null,\"dhcp\":null,"
		"\"hostPrefixes\":[]}");
	rig_expect("VPC",
		"{\"ingress\":{},\"hostPrefixes\":[{\"ipam\":{}}],\"dhcp\":{\"dns\":{}}}",
		MSG_WRITE_UNSET,
		"{\"id\":\"\",\"name\":\"\",\"status\":\"STATUS_UNSPECIFIED\","
		"\"zone\":\"\",\"vpcPrefixes\":[],\"createdAt\":null,\"updatedAt\":null,"
		"\"hostPrefix\":\"\",\"ingress\":{\"disablePublicServices\":false},"
		"\"egress\":null,\"dhcp\":{\"dns\":{\"servers\":[]}},\"hostPrefixes\":[{"
		"\"name\":\"\",\"type\":\"UNSPECIFIED\",\"prefixes\":[],\"ipam\":{"
		"\"prefixLength\":0,\"gatewayAddressPolicy\":\"UNSPECIFIED\"}}]}");
	rig_expect("ListVPCsResponse", "{}", MSG_WRITE_UNSET, "{\"items\":[]}");
}

static void check_no_room(const struct msg_type *type, const char *json, unsigned flags)
{
	CLEANUP_BUF struct buf wire = BUF_INIT(RIG_MAX), whole = BUF_INIT(RIG_MAX);

	assert_int_equal(msg_json_to_wire(type, json, strlen(json), 0, &wire, NULL), 0);
	assert_int_equal(
		msg_wire_to_json(type, wire.data, wire.len, flags, &whole, NULL), 0);
	for (size_t max = 0; max < whole.len; max++) {
		CLEANUP_BUF struct buf back = BUF_INIT(max);
		struct err err = {""};

		assert_int_equal(
			msg_wire_to_json(type, wire.data, wire.len, flags, &back, &err),
			-EFBIG);
		assert_int_equal(back.len, 0);
		assert_string_not_equal(err.text, "");
	}
	for (size_t max = 0; max < wire.len; max++) {
		CLEANUP_BUF struct buf back = BUF_INIT(max);

		assert_int_equal(
			msg_json_to_wire(type, json, strlen(json), 0, &back, NULL), -EFBIG);
		assert_int_equal(back.len, 0);
	}
}

/* If the buffer is full at any point, nothing of the text remains in it. */
static void test_no_room(void **state)
{
	static const struct row rows[] = {
		{"VPC", "{\"name\":\"\\u0001\\\"a\",\"status\":9,\"vpcPrefixes\":[{},{"
			"\"status\":"
			"4}],\"createdAt\":\"2026-01-31T12:00:00.5Z\",\"ingress\":{"
			"\"disablePublicServices\":true},\"dhcp\":{\"dns\":{\"servers\":["
			"\"a\","
			"\"b\"]}},\"hostPrefixes\":[{\"ipam\":{\"prefixLength\":80}}]}"},
		{"UpdateVPCRequest", "{\"updateMask\":\"ingress,aB\",\"id\":\"i\"}"},
		{"google.rpc.Status",
			"{\"code\":5,\"details\":[{\"@type\":\"google.rpc.BadRequest\","
			"\"fieldViolations\":[{\"field\":\"f\"},{}]},{\"@type\":\"x\","
			"\"value\":\"AAEC\"},{}]}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check_no_room(rig_type(rows[i].type), rows[i].in, 0);
		check_no_room(rig_type(rows[i].type), rows[i].in, MSG_WRITE_UNSET);
	}
}

static void test_limits(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_MAX), back = BUF_INIT(20);
	struct err err = {""};
	struct msg *msg = NULL;

	assert_int_equal(
		msg_from_json(rig_type("VPC"), "", MSG_LEN_MAX + 1, 0, &msg, &err), -EFBIG);
	assert_string_not_equal(err.text, "");
	for (int i = 0; i < 5000; i++)
		buf_adds(&text, "{\"vpc\":");
	err_clear(&err);
	assert_int_equal(msg_from_json(rig_type("VPC"), text.data, text.len, 0, &msg, &err),
		-EINVAL);
	assert_non_null(strstr(err.text, "depth"));
	buf_adds(&back, "before");
	assert_int_equal(msg_from_json(rig_type("VPC"), "{\"name\":\"123456789\"}", 20, 0,
				 &msg, NULL),
		0);
	err_clear(&err);
	assert_int_equal(msg_to_json(msg, 0, &back, &err), -EFBIG);
	assert_string_not_equal(err.text, "");
	assert_string_equal(buf_str(&back), "before");
	assert_int_equal(msg_to_wire(msg, &back), 0);
	assert_int_equal(back.len, strlen("before") + 11);
	assert_int_equal(msg_to_wire(msg, &back), -EFBIG);
	assert_int_equal(back.len, strlen("before") + 11);
	msg_free(msg);
	msg_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_short_sentences),
		cmocka_unit_test(test_unknown_refused),
		cmocka_unit_test(test_unset_is_written),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
