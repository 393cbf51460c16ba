/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include "base/utf8.h"

static const struct {
	const char *name, *file;
} pairs[] = {
	{"prod", "prod"},
	{"pod cidr", "pod cidr"},
	{"a/b", "a%2Fb"},
	{"..", "%2E."},
	{".", "%2E"},
	{".hidden", "%2Ehidden"},
	{"a.b", "a.b"},
	{"100%", "100%25"},
	{"%41", "%2541"},
	{"", "%"},
	{"a\nb\tc\x7f", "a%0Ab%09c%7F"},
	{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
	{"x\xc2\x9b"
	 "31m",
		"x%C2%9B31m"},
	{"\xff", "%FF"},
	{"\xc0\x80", "%00"},
	{"a\xc0\x80\xc0"
	 "b",
		"a%00%C0b"},
	{"a\xc3", "a%C3"},
	{"prod~1063", "prod~1063"},
	{"spec.json", "spec.json"},
};

static void test_pairs(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char out[NAME_FILE_MAX];

		name_to_file(pairs[i].name, "id", out);
		assert_string_equal(out, pairs[i].file);
		assert_int_equal(name_from_file(pairs[i].file, out, sizeof(out)), 0);
		assert_string_equal(out, pairs[i].name);
	}
}

static void test_bad_files(void **state)
{
	static const char *const files[] = {
		"",
		".",
		"..",
		".x",
		"a/b",
		"a%",
		"a%2",
		"a%2f",
		"a%zz",
		"%C0%80",
		"a\xc0\x80",
		"%41",
		"a\n",
		"\xff",
		"%%",
		"%2Ea%2",
		"a%2E",
		"\xc2\x9b",
		"a%E2%82%AC",
	};
	char out[NAME_FILE_MAX];

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (name_from_file(files[i], out, sizeof(out)) != -EINVAL)
			fail_msg("\"%s\" was taken as \"%s\"", files[i], out);
	}
	assert_int_equal(name_from_file("prod", out, 4), -ENAMETOOLONG);
	assert_int_equal(name_from_file("prod", out, 5), 0);
}

static void test_long_names_are_cut(void **state)
{
	char name[1001], out[NAME_FILE_MAX], back[NAME_FILE_MAX];

	memset(name, 'a', 1000);
	name[255] = '\0';
	name_to_file(name, "id", out);
	assert_string_equal(out, name);
	name[255] = 'a';
	name[1000] = '\0';
	name_to_file(name, "1063", out);
	assert_int_equal(strlen(out), 255);
	assert_string_equal(out + 250, "~1063");
	assert_int_equal(name_from_file(out, back, sizeof(back)), 0);
	assert_string_equal(back, out);
	assert_int_equal(name_from_file(name, back, sizeof(back)), -ENAMETOOLONG);
}

static void test_a_cut_is_between_characters(void **state)
{
	char name[1001], out[NAME_FILE_MAX], id[300];

	for (int i = 0; i < 200; i++)
		memcpy(name + 3 * i, i % 2 ? "\xe2\x82\xac" : "a/\n", 4);
	memset(id, '/', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	for (size_t shift = 0; shift < 12; shift++) {
		name_to_file(name + 3 * shift, id, out);
		assert_true(strlen(out) <= 255);
		assert_true(utf8_is_valid(out, strlen(out)));
		assert_int_equal(strlen(strrchr(out, '~')), 1 + 54); /* 18 escapes */
	}
}

static void test_with_id(void **state)
{
	char out[NAME_FILE_MAX], name[400];

	name_with_id("prod", "1063", out);
	assert_string_equal(out, "prod~1063");
	name_with_id("", "../x", out);
	assert_string_equal(out, "%~..%2Fx");
	memset(name, 'b', 399);
	name[64] = '\0';
	name_with_id("prod", name, out);
	assert_string_equal(out + 5, name);
	name[64] = 'b';
	name[65] = '\0';
	name_with_id("prod", name, out);
	assert_int_equal(strspn(out + 5, "0123456789abcdef"), 8);
	assert_int_equal(strspn(out + 14, "b"), 55);
	name[65] = 'b';
	name[399] = '\0';
	name_with_id(name, "7", out);
	assert_int_equal(strlen(out), 255);
	assert_string_equal(out + 252, "b~7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_a_cut_is_between_characters),
		cmocka_unit_test(test_with_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
