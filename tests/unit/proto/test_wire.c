/* SPDX-License-Identifier: MIT */
/* The wire format: what JSON becomes, what is kept, what is refused. */
#include "rig.h"

#define BYTES(text) text, sizeof(text) - 1

struct row {
	const char *type, *json, *bytes;
	size_t len;
};

/* Bytes put together by hand from the numbers of the published schema. */
static void test_bytes(void **state)
{
	static const struct row rows[] = {
		{"ListVPCsRequest", "{}", BYTES("")},
		{"GetVPCRequest", "{\"id\":\"abc\"}",
			BYTES("\x0A\x03"
			      "abc")},
		{"VPC", "{\"status\":\"STATUS_READY\",\"zone\":\"z\"}",
			BYTES("\x18\x03\x22\x01z")},
		{"VPC", "{\"ingress\":{},\"egress\":{\"disablePublicAccess\":true}}",
			BYTES("\x62\x00\x6A\x02\x08\x01")},
		{"VPC", "{\"dhcp\":{\"dns\":{\"servers\":[\"a\",\"\"]}}}",
			BYTES("\x72\x07\x0A\x05\x0A\x01"
			      "a"
			      "\x0A\x00")},
		{"VPC",
			"{\"hostPrefixes\":[{\"type\":\"ATTACHED\",\"ipam\":{"
			"\"prefixLength\":80,\"gatewayAddressPolicy\":9}}]}",
			BYTES("\xAA\x01\x08\x10\x03\x5A\x04\x08\x50\x10\x09")},
		{"VPC", "{\"createdAt\":\"1970-01-01T00:00:01.000000002Z\"}",
			BYTES("\x4A\x04\x08\x01\x10\x02")},
		{"VPC", "{\"createdAt\":\"1970-01-01T00:00:00Z\"}", BYTES("\x4A\x00")},
		{"VPC", "{\"createdAt\":\"1969-12-31T23:59:59Z\"}",
			BYTES("\x4A\x0B\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
		{"IPAddressManagementPolicy", "{\"prefixLength\":-1}",
			BYTES("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
		{"Prefix", "{\"status\":\"STATUS_ALLOCATED\"}", BYTES("\x48\x04")},
		{"CreateVPCRequest", "{\"vpcPrefixes\":[{\"value\":\"v\"}]}",
			BYTES("\x2A\x03\x12\x01v")},
		{"UpdateVPCRequest", "{\"updateMask\":\"vpcPrefixes\",\"id\":\"i\"}",
			BYTES("\x0A\x0E\x0A\x0Cvpc_prefixes\x12\x01i")},
		{"UpdateVPCRequest", "{\"updateMask\":\"\",\"dhcp\":{}}",
			BYTES("\x0A\x00\x4A\x00")},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf wire = BUF_INIT(RIG_MAX), json = BUF_INIT(RIG_MAX);
		const struct msg_type *type = rig_type(rows[i].type);

		assert_int_equal(msg_json_to_wire(type, rows[i].json, strlen(rows[i].json),
					 MSG_REFUSE_UNKNOWN, &wire, NULL),
			0);
		assert_int_equal(wire.len, rows[i].len);
		assert_memory_equal(buf_str(&wire), rows[i].bytes, rows[i].len);
		assert_int_equal(
			msg_wire_to_json(type, rows[i].bytes, rows[i].len, 0, &json, NULL),
			0);
		assert_string_equal(buf_str(&json), rows[i].json);
	}
}

/* Unknown fields of every wire type, on both levels. */
static void test_unknown_fields(void **state)
{
	static const char bytes[] = "\x0A\x01i\x62\x02\x78\x05\xA0\x06\x2A"
				    "\xA9\x06"
				    "12345678\xAD\x06"
				    "1234\xB2\x06\x02xy";
	CLEANUP_BUF struct buf wire = BUF_INIT(RIG_MAX), json = BUF_INIT(RIG_MAX);
	CLEANUP_MSG struct msg *msg = NULL;

	assert_int_equal(
		msg_from_wire(rig_type("VPC"), bytes, sizeof(bytes) - 1, &msg, NULL), 0);
	assert_int_equal(msg_to_wire(msg, &wire), 0);
	assert_int_equal(wire.len, sizeof(bytes) - 1);
	assert_memory_equal(wire.data, bytes, wire.len);
	assert_int_equal(msg_to_json(msg, 0, &json, NULL), 0);
	assert_string_equal(buf_str(&json), "{\"id\":\"i\",\"ingress\":{}}");
}

/* A field in another wire type than its own is treated as unknown. A varint and a length may have
 * more bytes than they need. */
static void test_other_forms(void **state)
{
	static const struct row rows[] = {
		{"VPC", "{}", BYTES("\x08\x01")},
		{"VPC", "{}", BYTES("\xF8\xFF\xFF\xFF\x0F\x01")},
		{"VPC", "{\"id\":\"x\"}",
			BYTES("\x1A\x01\x01\x0A\x01x\x65"
			      "1234")},
		{"VPC", "{\"id\":\"x\"}", BYTES("\x0A\x81\x80\x80\x80\x80\x80\x00x")},
		{"VPC", "{\"id\":\"x\"}", BYTES("\x8A\x80\x80\x80\x80\x80\x00\x01x")},
		{"VPC", "{\"status\":\"STATUS_READY\"}",
			BYTES("\x18\x83\x80\x80\x80\x80\x80\x80\x80\x80\x00")},
		{"VPC", "{\"status\":\"STATUS_READY\"}", BYTES("\x18\x83\x80\x80\x80\x10")},
		{"Ingress", "{\"disablePublicServices\":true}",
			BYTES("\x08\x80\x80\x80\x80\x10")},
		{"VPC", "{}", BYTES("\x12\x01x\x12\x00")},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf json = BUF_INIT(RIG_MAX);

		assert_int_equal(msg_wire_to_json(rig_type(rows[i].type), rows[i].bytes,
					 rows[i].len, 0, &json, NULL),
			0);
		assert_string_equal(buf_str(&json), rows[i].json);
	}
}

/* The last of two values counts, messages are merged, lists are continued. */
static void test_merged(void **state)
{
	static const char bytes[] = "\x0A\x01x\x0A\x01y\x62\x00\x62\x02\x08\x01\x62\x00"
				    "\x72\x05\x0A\x03\x0A\x01"
				    "a"
				    "\x72\x05\x0A\x03\x0A\x01"
				    "b";
	CLEANUP_BUF struct buf json = BUF_INIT(RIG_MAX);

	assert_int_equal(
		msg_wire_to_json(rig_type("VPC"), bytes, sizeof(bytes) - 1, 0, &json, NULL),
		0);
	assert_string_equal(buf_str(&json),
		"{\"id\":\"y\",\"ingress\":{\"disablePublicServices\":true},"
		"\"dhcp\":{\"dns\":{\"servers\":[\"a\",\"b\"]}}}");
}

static void test_refused(void **state)
{
	static const struct row rows[] = {
		{"VPC", "too early", BYTES("\x0A")},
		{"VPC", "too early", BYTES("\x0A\x02x")},
		{"VPC", "too early", BYTES("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
		{"VPC", "too early", BYTES("\x80")},
		{"VPC", "too early",
			BYTES("\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")},
		{"VPC", "too early",
			BYTES("\xA9\x06"
			      "1234567")},
		{"VPC", "too early",
			BYTES("\xAD\x06"
			      "123")},
		{"VPC", "Ingress: the bytes end", BYTES("\x62\x01\x08")},
		{"VPC", "DHCP.DNS: the bytes end", BYTES("\x72\x03\x0A\x01\x0A")},
		{"VPC", "tag 2", BYTES("\x02\x00")},
		{"VPC", "tag 11", BYTES("\x0B\x0C")},
		{"VPC", "tag 12", BYTES("\x0C")},
		{"VPC", "tag 14", BYTES("\x0E")},
		{"VPC", "tag 4294967298", BYTES("\x82\x80\x80\x80\x10\x00")},
		{"VPC", "field name contains invalid UTF-8", BYTES("\x12\x02\xC3\x28")},
		{"VPC", "field servers contains invalid UTF-8",
			BYTES("\x72\x05\x0A\x03\x0A\x01\xFF")},
		{"VPC", "field name contains a NUL",
			BYTES("\x12\x03"
			      "a\0b")},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};
		struct msg *msg = NULL;
		int r = msg_from_wire(
			rig_type(rows[i].type), rows[i].bytes, rows[i].len, &msg, &err);

		if (r != -EINVAL || !strstr(err.text, rows[i].json) || msg)
			fail_msg("row %zu: %d, %s", i, r, err.text);
	}
}

static void test_no_json_form(void **state)
{
	static const struct row rows[] = {
		{"VPC", "Timestamp out of range",
			BYTES("\x4A\x06\x10\xFF\xFF\xFF\xFF\x0F")},
		{"VPC", "Timestamp out of range",
			BYTES("\x4A\x07\x08\x80\xDC\xF0\xF1\xEB\x07")},
		{"UpdateVPCRequest", "invalid path: \"vpcPrefixes\"",
			BYTES("\x0A\x0D\x0A\x0BvpcPrefixes")},
		{"UpdateVPCRequest", "invalid path: \"*\"", BYTES("\x0A\x03\x0A\x01*")},
		{"UpdateVPCRequest", "invalid path: \"\"", BYTES("\x0A\x02\x0A\x00")},
		{"UpdateVPCRequest", "invalid path: \"a_1\"",
			BYTES("\x0A\x05\x0A\x03"
			      "a_1")},
		{"UpdateVPCRequest", "invalid path: \"a__b\"",
			BYTES("\x0A\x06\x0A\x04"
			      "a__b")},
		{"UpdateVPCRequest", "invalid path: \"a.\"",
			BYTES("\x0A\x04\x0A\x02"
			      "a.")},
		{"ListVPCsResponse", "Timestamp out of range",
			BYTES("\x0A\x00\x0A\x08\x4A\x06\x10\xFF\xFF\xFF\xFF\x0F")},
		{"ListVPCsResponse", "VPC: the bytes end",
			BYTES("\x0A\x00\x0A\x02\x0A\x01")},
		{"ListVPCsResponse", "ListVPCsResponse: the bytes end",
			BYTES("\x0A\x00\x12\x02x")},
		{"UpdateVPCRequest", "invalid path: \"a,b\"",
			BYTES("\x0A\x05\x0A\x03"
			      "a,b")},
		{"UpdateVPCRequest", "invalid path: \"a_\"",
			BYTES("\x0A\x04\x0A\x02"
			      "a_")},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf json = BUF_INIT(RIG_MAX);
		struct err err = {""};
		int r;

		buf_adds(&json, "before");
		r = msg_wire_to_json(
			rig_type(rows[i].type), rows[i].bytes, rows[i].len, 0, &json, &err);
		if (r != -EINVAL || !strstr(err.text, rows[i].json) ||
			strcmp(json.data, "before") != 0)
			fail_msg("row %zu: %d, %s", i, r, err.text);
	}
}

/* A list is converted item by item: what stands between the items is skipped, and without items it
 * is written as any other message. */
static void test_list(void **state)
{
	static const struct row rows[] = {
		{"", "{}", BYTES("")},
		{"", "{}", BYTES("\x12\x01x\x08\x05")},
		{"", "{\"items\":[{}]}", BYTES("\x0A\x00")},
		{"", "{\"items\":[{\"id\":\"a\"},{\"id\":\"b\"}]}",
			BYTES("\x0A\x03\x0A\x01"
			      "a"
			      "\x12\x01x\x08\x05\x0A\x05\x0A\x01"
			      "b\x78\x05\x12\x00")},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf json = BUF_INIT(RIG_MAX);

		assert_int_equal(msg_wire_to_json(rig_type("ListVPCsResponse"),
					 rows[i].bytes, rows[i].len, 0, &json, NULL),
			0);
		assert_string_equal(buf_str(&json), rows[i].json);
	}
	rig_expect("ListVPCsResponse", "{}", MSG_WRITE_UNSET, "{\"items\":[]}");
}

/* If a service decides what a mask means, the paths are shown as they came. */
static void test_mask_paths(void **state)
{
	static const struct row rows[] = {
		{"", "{\"updateMask\":\"vpcPrefixes,a_1,\\\"\",\"id\":\"i\"}",
			BYTES("\x0A\x15\x0A\x0BvpcPrefixes\x0A\x03"
			      "a_1\x0A\x01\"\x12\x01i")},
		{"", "{\"updateMask\":\"vpc_prefixes\"}",
			BYTES("\x0A\x0E\x0A\x0Cvpc_prefixes")},
		{"", "{\"updateMask\":\"\"}", BYTES("\x0A\x00")},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf json = BUF_INIT(RIG_MAX);

		assert_int_equal(
			msg_wire_to_json(rig_type("UpdateVPCRequest"), rows[i].bytes,
				rows[i].len, MSG_MASK_PATHS, &json, NULL),
			0);
		assert_string_equal(buf_str(&json), rows[i].json);
	}
}

/* Two bytes of the wire format take more than a hundred bytes of memory for a VPC, and eight for a
 * string in a list. */
static void test_memory_is_limited(void **state)
{
	size_t len = 4u << 20;
	CLEANUP_BUF struct buf json = BUF_INIT(MSG_LEN_MAX);
	CLEANUP_FREE char *bytes = malloc(len);
	struct err err = {""};
	struct msg *msg = NULL;

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i += 2) {
		bytes[i] = 0x0A;
		bytes[i + 1] = 0;
	}
	assert_int_equal(
		msg_from_wire(rig_type("ListVPCsResponse"), bytes, len, &msg, &err),
		-EFBIG);
	assert_non_null(strstr(err.text, "too many fields"));
	assert_null(msg);
	err_clear(&err);
	assert_int_equal(
		msg_wire_to_json(rig_type("ListVPCsResponse"), bytes, len, 0, &json, &err),
		-EFBIG);
	assert_non_null(strstr(err.text, "too many fields"));
	assert_int_equal(json.len, 0);
	assert_int_equal(msg_from_wire(rig_type("DHCP.DNS"), bytes, 40000, &msg, NULL), 0);
	msg_free(msg);
	err_clear(&err);
	assert_int_equal(msg_from_wire(rig_type("ListVPCsResponse"), bytes, MSG_LEN_MAX + 1,
				 &msg, &err),
		-EFBIG);
	assert_non_null(strstr(err.text, "too long"));
	err_clear(&err);
	assert_int_equal(msg_wire_to_json(rig_type("ListVPCsResponse"), bytes,
				 MSG_LEN_MAX + 1, 0, &json, &err),
		-EFBIG);
	assert_non_null(strstr(err.text, "too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_unknown_fields),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_json_form),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_mask_paths),
		cmocka_unit_test(test_memory_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
