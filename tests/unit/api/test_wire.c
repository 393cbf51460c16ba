/* SPDX-License-Identifier: MIT */
/* Small readers of hostile bytes: protobuf, base64, markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "../../../src/api/markup.h"
#include "../../../src/api/wire.h"
#include "base/cleanup.h"

static struct wire wire_of(const char *bytes, size_t len)
{
	return (struct wire){(const unsigned char *)bytes, len};
}

static void test_wire_fields(void **state)
{
	/* 1: varint 300, 2: "ab", 3: fixed64, 4: fixed32, 5: "" */
	static const char bytes[] = "\x08\xAC\x02\x12\x02"
				    "ab\x19"
				    "12345678\x25"
				    "1234\x2A\x00";
	struct wire wire = wire_of(bytes, sizeof(bytes) - 1), value;
	unsigned number;

	assert_true(wire_next(&wire, &number, &value));
	assert_int_equal(number, 2);
	assert_int_equal(value.left, 2);
	assert_memory_equal(value.at, "ab", 2);
	assert_true(wire_next(&wire, &number, &value));
	assert_int_equal(number, 5);
	assert_int_equal(value.left, 0);
	assert_false(wire_next(&wire, &number, &value));
}

static void test_wire_broken(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
		{"", 0},
		{"\x12", 1},
		{"\x12\x05"
		 "ab",
			4},
		{"\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11},
		{"\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 13},
		{"\x19"
		 "1234",
			5},
		{"\x0B", 1},
		{"\x0B\x12\x02"
		 "ab",
			5},
		{"\x0F\x12\x02"
		 "ab",
			5},
		{"\x19\x12\x01"
		 "a",
			4},
		{"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 11},
		{"\x08", 1},
	};
	struct wire value;
	unsigned number;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct wire wire = wire_of(rows[i].bytes, rows[i].len);

		assert_false(wire_next(&wire, &number, &value));
	}
}

static void test_base64(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"Zg", "f"},
		{"Zg==", "f"},
		{"Zm8", "fo"},
		{"Zm9v", "foo"},
		{"Zm9vYmFy", "foobar"},
		{"__-_", "\xFF\xFF\xBF"},
		{"//+/", "\xFF\xFF\xBF"},
		{"QVpheg", "AZaz"},
		{"09zZ", "\xD3\xDC\xD9"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf got = BUF_INIT(100);

		assert_int_equal(wire_decode_base64(rows[i][0], &got), 0);
		assert_string_equal(buf_str(&got), rows[i][1]);
	}
	CLEANUP_BUF struct buf got = BUF_INIT(2);

	assert_int_equal(wire_decode_base64("Z*==", &got), -EINVAL);
	assert_int_equal(wire_decode_base64("Zm9vYmFy", &got), -EFBIG);
}

static void test_markup(void **state)
{
	static const char *const rows[][2] = {
		{"<html><head><title> 502\n Bad  Gateway</title></head><body>x",
			"502 Bad Gateway"},
		{"<HTML><TITLE></TITLE><h1>Down</h1>", "Down"},
		{"<style>h1 {}</style><script>if (1 < 2) x()</script><p>text <b>more",
			"text"},
		{"<title", ""},
		{"<", ""},
		{"<style>", ""},
		{"", ""},
		{"<a><b", ""},
		{"plain", "plain"},
	};
	char out[64];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		markup_text(rows[i][0], strlen(rows[i][0]), out, sizeof(out));
		assert_string_equal(out, rows[i][1]);
	}
	markup_text("a long text", 11, out, 6);
	assert_int_equal(strlen(out), 4);
	assert_false(markup_is_it("", 0));
	assert_true(markup_is_it(" \n<!doctype", 11));
	assert_false(markup_is_it("{}", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wire_fields),
		cmocka_unit_test(test_wire_broken),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
