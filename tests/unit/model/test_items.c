/* SPDX-License-Identifier: MIT */
#include "rig.h"

static void test_remove(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	struct change *change = NULL;

	assert_int_equal(change_remove_prefix(doc, "pod cidr", &change, NULL), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'service "
			      "cidr','value':'10.16.0.0/22'}]}");
	assert_int_equal(change_remove_prefix(doc, "nothing", &change, NULL), -ENOENT);
	assert_int_equal(change_remove_host_prefix(doc, "nothing", &change, NULL), -ENOENT);
}

static void test_remove_the_last(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	struct change *change = NULL;

	assert_int_equal(change_remove_prefix(doc, "pod cidr", &change, NULL), 0);
	rig_apply_take(&doc, change);
	assert_int_equal(change_remove_prefix(doc, "service cidr", &change, NULL), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':[]}");
}

static void test_rename(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	struct change *change = NULL;
	struct err err = {""};

	assert_int_equal(change_rename_prefix(doc, "pod cidr", "a%2Fb", &change, NULL), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'a/"
			      "b','value':'10.0.0.0/13'},"
			      "{'name':'service cidr','value':'10.16.0.0/22'}]}");
	assert_int_equal(
		change_rename_prefix(doc, "pod cidr", "pod cidr", &change, NULL), 0);
	rig_body_take(change, NULL);
	assert_int_equal(
		change_rename_prefix(doc, "pod cidr", "service cidr", &change, &err),
		-EEXIST);
	assert_string_equal(err.text, "vpcPrefixes/service cidr: there already");
	assert_int_equal(change_rename_prefix(doc, "x", "y", &change, NULL), -ENOENT);
	assert_int_equal(
		change_rename_prefix(doc, "pod cidr", ".y", &change, NULL), -EINVAL);
	assert_int_equal(
		change_rename_prefix(doc, "pod cidr", "%FF", &change, NULL), -EINVAL);
	assert_int_equal(
		change_rename_prefix(doc, "pod cidr", "%", &change, NULL), -EINVAL);
}

static void test_host_prefixes(void **state)
{
	CLEANUP_DOC struct doc *doc = NULL;
	struct change *change = NULL;

	assert_int_equal(doc_new_draft("d", "z", &doc, NULL), 0);
	assert_int_equal(change_add_host_prefix(doc, "main one", &change, NULL), 0);
	rig_apply_take(&doc, change);
	assert_int_equal(change_add_host_prefix(doc, "main one", &change, NULL), -EEXIST);
	rig_lists(doc, "hostPrefixes", "main one/ ");
	rig_shows(doc, "hostPrefixes/main one/type", "");
	assert_int_equal(
		change_rename_host_prefix(doc, "main one", "host primary", &change, NULL),
		0);
	rig_apply_take(&doc, change);
	rig_lists(doc, "hostPrefixes", "host primary/ ");
	assert_int_equal(change_remove_host_prefix(doc, "host primary", &change, NULL), 0);
	rig_apply_take(&doc, change);
	rig_lists(doc, "hostPrefixes", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_remove_the_last),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_host_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
