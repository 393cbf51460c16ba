/* SPDX-License-Identifier: MIT */
#include "rig.h"

static struct val *parse(const char *text)
{
	struct val *val = NULL;

	assert_int_equal(val_parse(text, strlen(text), 0, &val, NULL), 0);
	return val;
}

static void refused(const char *text, size_t len, unsigned flags, const char *sentence)
{
	struct val *val = NULL;
	struct err err = {""};

	assert_int_equal(val_parse(text, len, flags, &val, &err), -EINVAL);
	if (!strstr(err.text, sentence))
		fail_msg("expected \"%s\" in \"%s\"", sentence, err.text);
}

static void test_reading(void **state)
{
	CLEANUP_VAL struct val *val = parse("{\"z\":[1,\"two\",null],\"a\":{\"b\":true}}");
	CLEANUP_BUF struct buf text = BUF_INIT(100);
	int64_t number = 0;

	assert_true(val_is_object(val));
	assert_false(val_is_array(val));
	assert_int_equal(val_count(val), 2);
	assert_int_equal(val_count(val_member(val, "z")), 3);
	assert_true(val_integer(val_item(val_member(val, "z"), 0), &number));
	assert_int_equal(number, 1);
	assert_string_equal(val_text(val_item(val_member(val, "z"), 1)), "two");
	assert_null(val_item(val_member(val, "z"), 3));
	assert_null(val_member(val, "y"));
	assert_null(val_member(NULL, "y"));
	assert_null(val_text(NULL));
	assert_int_equal(val_count(NULL), 0);
	assert_false(val_integer(val, &number));
	assert_int_equal(val_print(val, &text), 0);
	assert_string_equal(buf_str(&text), "{\"z\":[1,\"two\",null],\"a\":{\"b\":true}}");
}

static void test_any_value(void **state)
{
	CLEANUP_VAL struct val *text = parse("\"x\""), *number = parse(" 5 ");
	CLEANUP_BUF struct buf out = BUF_INIT(3);

	assert_string_equal(val_text(text), "x");
	assert_int_equal(val_print(text, &out), 0);
	assert_int_equal(val_print(number, &out), -EFBIG);
	assert_string_equal(buf_str(&out), "\"x\"");
}

static void test_refusals(void **state)
{
	CLEANUP_FREE char *deep = malloc(10000);

	memset(deep, '[', 10000);
	refused("", 0, 0, "line 1 column 0");
	refused("{\n \"a\": }", 9, 0, "line 2 column ");
	refused("{} x", 4, 0, "line 1");
	refused("\"a\0b\"", 5, 0, "line 1");
	refused("{\"\\u0000\":1}", 12, 0, "line 1");
	refused("\"\xff\"", 3, 0, "line 1");
	refused("\"\xed\xa0\x80\"", 5, 0, "line 1");
	refused("{\"a\":1,\"a\":2}", 13, VAL_STRICT, "duplicate");
	refused("99999999999999999999", 20, 0, "too big");
	refused(deep, 10000, 0, "depth");
}

static void test_a_key_twice_is_the_last_in_an_answer(void **state)
{
	CLEANUP_VAL struct val *val = parse("{\"a\":1,\"a\":2}");
	int64_t number;

	assert_true(val_integer(val_member(val, "a"), &number));
	assert_int_equal(number, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_any_value),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_a_key_twice_is_the_last_in_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
