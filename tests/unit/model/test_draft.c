/* SPDX-License-Identifier: MIT */
/* A VPC that does not exist yet: every path that can be set is there, and takes its text field by field. */
#include "rig.h"

static struct doc *draft(void)
{
	struct doc *doc = NULL;

	assert_int_equal(doc_new_draft("new", "", &doc, NULL), 0);
	return doc;
}

static void set(struct doc **doc, const char *path, const char *text)
{
	rig_apply_take(doc, rig_text(*doc, path, text));
	assert_true(doc_is_draft(*doc));
}

static void test_what_is_there(void **state)
{
	CLEANUP_DOC struct doc *doc = draft();
	struct field field;
	struct timespec t;

	assert_string_equal(doc_id(doc), "");
	assert_string_equal(doc_name(doc), "new");
	assert_true(doc_is_draft(doc));
	rig_lists(doc, "",
		"name zone hostPrefix hostPrefixes/ vpcPrefixes/ ingress/ egress/ dhcp/ "
		"spec.json ");
	rig_shows(doc, "name", "new\n");
	rig_shows(doc, "zone", "");
	rig_shows(doc, "hostPrefix", "");
	rig_shows(doc, "ingress/disablePublicServices", "false\n");
	rig_shows(doc, "dhcp/dns/servers", "");
	assert_int_equal(doc_find(doc, "id", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "vpc.json", &field), -ENOENT);
	assert_int_equal(doc_find(doc, ".error", &field), 0);
	assert_false(doc_mtime(doc, "name", &t));
	rig_text_fails(doc, "id", "1\n", 2, ENOENT, "id: no such file");
}

static void test_bad_names(void **state)
{
	struct doc *doc = NULL;

	assert_int_equal(doc_new_draft("", "z", &doc, NULL), -EINVAL);
	assert_int_equal(doc_new_draft("\xff", "z", &doc, NULL), -EINVAL);
	assert_int_equal(doc_new_draft("n", "\xff", &doc, NULL), -EINVAL);
}

static void test_filled_by_file(void **state)
{
	CLEANUP_DOC struct doc *doc = draft();
	CLEANUP_FREE char *spec = rig_json(
		"{\n  'name': 'new',\n  'zone': 'Z',\n  'hostPrefixes': [\n    {\n      "
		"'name': 'att',\n"
		"      'type': 'ATTACHED',\n      'prefixes': [\n        '2001:db8::/48'\n "
		"     ],\n"
		"      'ipam': {\n        'prefixLength': 64,\n        "
		"'gatewayAddressPolicy': 'EUI64'\n"
		"      }\n    }\n  ],\n  'vpcPrefixes': [\n    {\n      'name': 'pods',\n"
		"      'value': '10.0.0.0/13'\n    }\n  ],\n  'ingress': {\n"
		"    'disablePublicServices': true\n  },\n  'egress': {\n"
		"    'disablePublicAccess': false\n  },\n  'dhcp': {\n    'dns': {\n"
		"      'servers': [\n        '1.1.1.1'\n      ]\n    }\n  }\n}\n");

	set(&doc, "zone", "Z\n");
	set(&doc, "hostPrefix", "10.0.0.0/18\n"); /* not beside hostPrefixes in spec.json */
	set(&doc, "hostPrefixes/att/type", "ATTACHED\n");
	set(&doc, "hostPrefixes/att/prefixes", "2001:db8::/48\n");
	rig_shows(doc, "hostPrefixes/att/ipam/prefixLength", "");
	set(&doc, "hostPrefixes/att/ipam/prefixLength", "64\n");
	set(&doc, "hostPrefixes/att/ipam/gatewayAddressPolicy", "EUI64\n");
	set(&doc, "vpcPrefixes/pods/value", "10.0.0.0/13\n");
	set(&doc, "ingress/disablePublicServices", "true\n");
	set(&doc, "dhcp/dns/servers", "1.1.1.1\n");
	rig_shows(doc, "spec.json", spec);
	rig_shows(doc, "hostPrefix", "10.0.0.0/18\n");
	rig_lists(doc, "hostPrefixes/att", "type prefixes ipam/ ");
	rig_lists(doc, "vpcPrefixes/pods", "value ");
}

static void test_cleared_by_file(void **state)
{
	CLEANUP_DOC struct doc *doc = draft();
	CLEANUP_FREE char *before = rig_show(doc, "spec.json");

	set(&doc, "hostPrefix", "10.0.0.0/18\n");
	set(&doc, "hostPrefix", "");
	set(&doc, "ingress/disablePublicServices", "true\n");
	set(&doc, "ingress/disablePublicServices", "\n");
	set(&doc, "dhcp/dns/servers", "1.1.1.1\n");
	set(&doc, "dhcp/dns/servers", "\n");
	rig_shows(doc, "spec.json", before);
	set(&doc, "hostPrefixes/p/ipam/prefixLength", "64\n");
	set(&doc, "hostPrefixes/p/ipam/prefixLength", "\n");
	set(&doc, "hostPrefixes/p/prefixes", "10.0.0.0/8\n");
	set(&doc, "hostPrefixes/p/prefixes", "\n");
	set(&doc, "hostPrefixes/p/type", "PRIMARY\n");
	set(&doc, "hostPrefixes/p/type", "\n");
	rig_shows(doc, "hostPrefixes/p/type", "");
	rig_shows(doc, "hostPrefixes/p/prefixes", "");
	rig_body_take(rig_text(doc, "hostPrefixes/p/type", ""), NULL);
	set(&doc, "zone", "Z\n");
	rig_text_fails(doc, "name", "\n", 1, EINVAL, "name: empty");
	rig_text_fails(doc, "zone", "\n", 1, EINVAL, "zone: empty");
}

static void test_a_spec(void **state)
{
	CLEANUP_DOC struct doc *doc = draft(), *full = rig_doc(rig_full);
	CLEANUP_FREE char *spec = rig_show(full, "spec.json");

	rig_apply_take(&doc, rig_spec(doc, doc, spec));
	assert_true(doc_is_draft(doc));
	rig_shows(doc, "spec.json", spec);
	rig_body_take(rig_spec(doc, doc, spec), NULL);
	/* left out means unset */
	rig_apply_take(&doc,
		rig_spec(doc, doc, "{'name':'n','zone':'z','hostPrefix':'10.0.0.0/8'}"));
	rig_lists(doc, "hostPrefixes", "");
	rig_lists(doc, "vpcPrefixes", "");
	rig_shows(doc, "hostPrefix", "10.0.0.0/8\n");
	rig_apply_take(&doc, rig_spec(doc, doc, "{'name':'n','zone':'z'}"));
	rig_shows(doc, "hostPrefix", "");
	rig_spec_fails(
		doc, doc, "{'name':'n','zone':'z','status':'x'}", EINVAL, "read-only");
	rig_spec_fails(doc, doc, "{'name':'n'}", EINVAL, "zone is missing");
}

static void test_a_spec_half_filled(void **state)
{
	CLEANUP_DOC struct doc *doc = draft();
	struct change *change = NULL;

	assert_int_equal(change_add_host_prefix(doc, "p", &change, NULL), 0);
	rig_apply_take(&doc, change);
	set(&doc, "vpcPrefixes/v/value", "");

	CLEANUP_FREE char *spec = rig_show(doc, "spec.json");

	assert_non_null(strstr(spec, "\"zone\": \"\""));
	assert_non_null(strstr(spec, "\"type\": \"\""));
	rig_body_take(rig_spec(doc, doc, spec), NULL);
	rig_apply_take(&doc,
		rig_spec(doc, doc,
			"{'name':'new','zone':'','hostPrefixes':[{'name':'p','type':'','"
			"prefixes':[]}],"
			"'vpcPrefixes':[{'name':'v','value':''},{'name':'w'}]}"));
	rig_lists(doc, "vpcPrefixes", "v/ w/ ");
	rig_spec_fails(doc, doc,
		"{'name':'n','zone':'','vpcPrefixes':[{'name':'w','value':'x'}]}", EINVAL,
		"vpcPrefixes[0].value");
}

static void test_every_field_can_be_copied_from_a_vpc(void **state)
{
	CLEANUP_DOC struct doc *doc = draft();
	CLEANUP_DOC struct doc *full = rig_doc(rig_full);
	static const char *const paths[] = {"zone", "hostPrefix",
		"hostPrefixes/host primary/type", "hostPrefixes/host primary/prefixes",
		"hostPrefixes/attached/type", "hostPrefixes/attached/prefixes",
		"hostPrefixes/attached/ipam/prefixLength",
		"hostPrefixes/attached/ipam/gatewayAddressPolicy",
		"vpcPrefixes/pod cidr/value", "vpcPrefixes/service cidr/value",
		"ingress/disablePublicServices", "egress/disablePublicAccess",
		"dhcp/dns/servers", "name"};
	CLEANUP_FREE char *spec = rig_show(full, "spec.json");

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		CLEANUP_FREE char *text = rig_show(full, paths[i]);

		set(&doc, paths[i], text);
	}
	rig_shows(doc, "spec.json", spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_there),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_filled_by_file),
		cmocka_unit_test(test_cleared_by_file),
		cmocka_unit_test(test_a_spec),
		cmocka_unit_test(test_a_spec_half_filled),
		cmocka_unit_test(test_every_field_can_be_copied_from_a_vpc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
