/* SPDX-License-Identifier: MIT */
/* What a new schema field gives the model: tests with fields that only add_rows.py knows. */
#include "../model/rig.h"

#include <stdio.h>
#include "base/cleanup.h"
#include "model/draft.h"

#define BLUE                                                                               \
	"{'label':'blue','range':'10.0.0.0/16','kind':'ROUTED','locked':true,"             \
	"'hosts':['10.0.0.1']"
#define RED "{'label':'red','range':'10.1.0.0/16'"
/* The entries as a PATCH sends them: with the member that no schema field describes. */
#define SENT_BLUE BLUE ",'updatedAt':'2025-02-01T00:00:00Z'}"
#define SENT_RED  RED ",'locked':false,'hosts':[]}"
#define POOLS(more)                                                                        \
	"{'updateMask':'dhcp.pools','dhcp':{'pools':[" SENT_BLUE "," SENT_RED more "]}}"

static const char vpc[] =
	"{'id':'1','name':'prod','zone':'Z','mtu':9000,'aliases':['one','two'],"
	"'dhcp':{'pools':[" BLUE ",'health':'UP','updatedAt':'2025-02-01T00:00:00Z'}," RED
	"}]},'updatedAt':'2025-01-01T00:00:00Z'}";

static int setup(void **state)
{
	*state = rig_doc(vpc);
	return 0;
}

static int teardown(void **state)
{
	doc_unref(*state);
	return 0;
}

static void they_are_shown(void **state)
{
	struct doc *doc = *state;

	rig_lists(doc, "",
		"id name zone updatedAt hostPrefixes/ vpcPrefixes/ ingress/ egress/ dhcp/ "
		"mtu "
		"note aliases routes/ spec.json vpc.json ");
	rig_lists(doc, "dhcp", "dns/ pools/ ");
	rig_lists(doc, "dhcp/pools", "blue/ red/ ");
	rig_lists(
		doc, "dhcp/pools/blue", "range kind locked remark hosts health updatedAt ");
	rig_lists(doc, "dhcp/pools/red", "range kind locked remark hosts ");
	rig_shows(doc, "mtu", "9000\n");
	rig_shows(doc, "note", "");
	rig_shows(doc, "aliases", "one\ntwo\n");
	rig_shows(doc, "dhcp/pools/blue/range", "10.0.0.0/16\n");
	rig_shows(doc, "dhcp/pools/blue/health", "UP\n");
	rig_shows(doc, "dhcp/pools/red/kind", "UNSPECIFIED\n");
	rig_shows(doc, "dhcp/pools/red/locked", "false\n");
	rig_shows(doc, "dhcp/pools/red/hosts", "");
}

static void their_time_is_their_own(void **state)
{
	struct timespec list, entry;

	assert_true(doc_mtime(*state, "dhcp/pools/red/range", &list));
	assert_true(doc_mtime(*state, "dhcp/pools/blue/range", &entry));
	assert_int_equal(entry.tv_sec - list.tv_sec, 31 * 24 * 3600);
}

static void scalars_and_lists_are_written(void **state)
{
	struct doc *doc = *state;
	struct change *change = NULL;

	rig_body_take(rig_text(doc, "mtu", "1500\n"), "{'updateMask':'mtu','mtu':1500}");
	rig_body_take(rig_text(doc, "mtu", "9000\n"), NULL);
	rig_body_take(rig_text(doc, "note", "a b\n"), "{'updateMask':'note','note':'a b'}");
	rig_body_take(rig_text(doc, "aliases", "two, one\n"),
		"{'updateMask':'aliases','aliases':['two','one']}");
	rig_body_take(
		rig_text(doc, "aliases", "\n"), "{'updateMask':'aliases','aliases':[]}");
	assert_int_equal(change_append(doc, "aliases", "two six\n", 8, &change, NULL), 0);
	rig_body_take(change, "{'updateMask':'aliases','aliases':['one','two','six']}");
	rig_text_fails(doc, "mtu", "big\n", 4, EINVAL, "not a whole number");
	rig_text_fails(doc, "aliases", "a\x01\n", 3, EINVAL, "expected words");
}

static void the_members_of_an_entry_are_written(void **state)
{
	struct doc *doc = *state;
	struct change *change = NULL;

	rig_body_take(rig_text(doc, "dhcp/pools/red/kind", "ATTACHED\n"),
		"{'updateMask':'dhcp.pools','dhcp':{'pools':[" SENT_BLUE "," RED
		",'locked':false,'hosts':[],'kind':'ATTACHED'}]}}");
	rig_body_take(rig_text(doc, "dhcp/pools/red/locked", "off\n"), NULL);
	rig_body_take(rig_text(doc, "dhcp/pools/blue/hosts", "10.0.0.1\n"), NULL);
	assert_int_equal(
		change_append(doc, "dhcp/pools/red/hosts", "10.1.0.9\n", 9, &change, NULL),
		0);
	rig_body_take(change, "{'updateMask':'dhcp.pools','dhcp':{'pools':[" SENT_BLUE
			      "," RED ",'locked':false,'hosts':['10.1.0.9']}]}}");
	rig_text_fails(doc, "dhcp/pools/blue/health", "DOWN\n", 5, EPERM, "read-only");
	rig_text_fails(doc, "dhcp/pools/red/health", "DOWN\n", 5, ENOENT, "no such file");
	rig_text_fails(doc, "dhcp/pools/red/label", "x\n", 2, ENOENT, "no such file");
	rig_text_fails(doc, "dhcp/pools/red/range", "x\n", 2, EINVAL, "not a CIDR");
}

static void entries_are_made_renamed_and_removed(void **state)
{
	struct doc *doc = *state;
	struct change *change = NULL;
	struct err err = {""};

	rig_body_take(rig_text(doc, "dhcp/pools/gr%2Fay/range", "10.2.0.0/16\n"),
		POOLS(",{'label':'gr/ay','range':'10.2.0.0/16'}"));
	assert_int_equal(
		change_rename_item(doc, "dhcp/pools/red", "rot", &change, NULL), 0);
	rig_body_take(change,
		"{'updateMask':'dhcp.pools','dhcp':{'pools':[" SENT_BLUE
		",{'label':'rot','range':'10.1.0.0/16','locked':false,'hosts':[]}]}}");
	assert_int_equal(
		change_rename_item(doc, "dhcp/pools/red", "blue", &change, &err), -EEXIST);
	assert_string_equal(err.text, "dhcp/pools/blue: already exists");
	assert_int_equal(change_remove_item(doc, "dhcp/pools/blue", &change, NULL), 0);
	rig_body_take(
		change, "{'updateMask':'dhcp.pools','dhcp':{'pools':[" SENT_RED "]}}");
	assert_int_equal(change_remove_item(doc, "dhcp/pools/x", &change, NULL), -ENOENT);
}

/* What only the API sets stays with its entry. */
static void an_applied_change_keeps_what_it_does_not_name(void **state)
{
	struct doc *doc = doc_ref(*state);
	struct change *change = rig_text(doc, "dhcp/pools/blue/kind", "PRIMARY\n");

	assert_false(change_is_shown(change, doc, NULL, NULL));
	rig_apply_take(&doc, change);
	rig_shows(doc, "dhcp/pools/blue/health", "UP\n");
	rig_shows(doc, "dhcp/pools/blue/kind", "PRIMARY\n");
	assert_true(doc_has_members_of(doc, *state));
	change = rig_text(*state, "dhcp/pools/blue/kind", "PRIMARY\n");
	assert_true(change_is_shown(change, doc, NULL, NULL));
	assert_true(change_is_as_before(change, *state, *state));
	change_free(change);
	doc_unref(doc);
}

/* Order and spelling do not count if the schema field says so. */
static void equal_lists_are_no_change(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc("{'id':'1','name':'p','zone':'Z','aliases':"
					      "['a','b'],'dhcp':{'pools':[" RED
					      ",'kind':0,'remark':'','hosts':null},{'range'"
					      ":'10.0.9.9/16','label':'b'}]}}");
	struct change *change = rig_spec(NULL, doc,
		"{'name':'p','zone':'Z','aliases':['b','a'],'dhcp':{'pools':[{'label':'b',"
		"'range':'10.0.0.0/16'}," RED "}]}}");

	rig_body_take(change, "{'updateMask':'aliases','aliases':['b','a']}");
}

#define HEAD "'name':'prod','zone':'Z','mtu':9000,'aliases':['one','two']"

static void spec_json_has_what_can_be_set(void **state)
{
	CLEANUP_FREE char *text = rig_show(*state, "spec.json");
	CLEANUP_FREE char *expected = rig_json(
		"  'dhcp': {\n    'dns': {\n      'servers': []\n    },\n    'pools': [\n"
		"      {\n        'label': 'blue',\n        'range': '10.0.0.0/16',\n"
		"        'kind': 'ROUTED',\n        'locked': true,\n        'hosts': [\n"
		"          '10.0.0.1'\n        ]\n      },\n      {\n"
		"        'label': 'red',\n        'range': '10.1.0.0/16',\n"
		"        'locked': false,\n        'hosts': []\n      }\n    ]\n  },\n"
		"  'mtu': 9000,\n  'aliases': [\n    'one',\n    'two'\n  ],\n  'routes': "
		"[]\n}\n");

	assert_non_null(strstr(text, expected));
	rig_body_take(rig_spec(*state, *state, text), NULL);
	rig_body_take(rig_spec(NULL, *state, text), NULL);
}

static void what_spec_json_leaves_out_gets_its_default(void **state)
{
	rig_body_take(rig_spec(NULL, *state,
			      "{'name':'prod','zone':'Z','aliases':['one','two']}"),
		"{'updateMask':'mtu,dhcp.pools','mtu':null,'dhcp':{'pools':[]}}");
}

static void spec_json_is_checked(void **state)
{
	static const char *const wrong[][2] = {
		{"{" HEAD ",'dhcp':{'pools':[{'label':'a'}]}}",
			"dhcp.pools[0].range: missing"},
		{"{" HEAD ",'dhcp':{'pools':[{'range':'10.0.0.0/8'}]}}",
			"dhcp.pools[0].label: empty"},
		{"{" HEAD ",'dhcp':{'pools':[{'label':'a','range':'x'}]}}",
			"dhcp.pools[0].range: \"x\" is not a CIDR"},
		{"{" HEAD ",'dhcp':{'pools':[{'label':1,'range':'10.0.0.0/8'}]}}",
			"dhcp.pools[0].label: expected a string"},
		{"{" HEAD ",'dhcp':{'pools':[" RED "}," RED "}]}}",
			"a second entry with this name"},
		{"{" HEAD ",'dhcp':{'pools':[{'labl':'a','range':'10.0.0.0/8'}]}}",
			"did you mean label?"},
		{"{" HEAD ",'dhcp':{'pools':[" BLUE ",'health':'UP'}]}}",
			"dhcp.pools[0].health: read-only"},
		{"{" HEAD ",'note':1}", "note: expected a string"},
		{"{'name':'prod','zone':'Z','mtu':'9'}", "mtu: expected a whole number"},
		{"{'name':'prod','zone':'Z','aliases':'a'}", "aliases: expected an array"},
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		rig_spec_fails(NULL, *state, wrong[i][0], EINVAL, wrong[i][1]);
}

/* Two people who each add an entry both keep theirs; if both change one entry, the second is
 * told. */
static void saves_are_merged_by_entry(void **state)
{
	struct doc *base = *state, *now = doc_ref(base);

	rig_apply_take(&now, rig_text(now, "dhcp/pools/theirs/range", "10.3.0.0/16"));
	rig_body_take(rig_spec(base, now,
			      "{" HEAD ",'dhcp':{'pools':[" BLUE "}"
			      "," SENT_RED ",{'label':'mine','range':'10.4.0.0/16'}]}}"),
		POOLS(",{'label':'theirs','range':'10.3.0.0/16','locked':false,'hosts':[]}"
		      ",{'label':'mine','range':'10.4.0.0/16','locked':false,'hosts':[]}"));
	rig_apply_take(&now, rig_text(now, "dhcp/pools/red/range", "10.5.0.0/16"));
	rig_spec_fails(base, now,
		"{" HEAD ",'dhcp':{'pools':[" BLUE "}"
		",{'label':'red','range':'10.6.0.0/16'}]}}",
		EBUSY, "dhcp.pools \"red\": changed by someone else");
	doc_unref(now);
}

static void posts(const struct draft_file *files, size_t count, const char *expected)
{
	CLEANUP_BUF struct buf body = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_FREE char *json = rig_json(expected);
	struct err err = {""};

	if (draft_read(files, count, "new", NULL, &body, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf_str(&body), json);
}

#define FILE_OF(name, line)                                                                \
	{                                                                                  \
		.path = (name), .text = (line), .len = sizeof(line) - 1                    \
	}
#define DIR_OF(name)                                                                       \
	{                                                                                  \
		.path = (name), .is_dir = true                                             \
	}

static void a_draft_has_them(void **state)
{
	static const struct draft_file files[] = {
		FILE_OF("zone", "Z\n"),
		FILE_OF("mtu", "1400\n"),
		FILE_OF("aliases", "x y\n"),
		DIR_OF("dhcp"),
		DIR_OF("dhcp/pools"),
		DIR_OF("dhcp/pools/a b"),
		FILE_OF("dhcp/pools/a b/range", "10.0.0.0/8\n"),
		FILE_OF("dhcp/pools/a b/health", "UP\n"),
		FILE_OF("dhcp/pools/a b/locked", "y\n"),
	};
	static const struct draft_file bare[] = {
		FILE_OF("zone", "Z\n"), DIR_OF("dhcp/pools"), DIR_OF("dhcp/pools/x")};
	CLEANUP_BUF struct buf body = BUF_INIT(RIG_TEXT_MAX);
	struct err err = {""};

	posts(files, ARRAY_LEN(files),
		"{'name':'new','zone':'Z','mtu':1400,'aliases':['x','y'],'dhcp':{'pools':["
		"{'label':'a b','range':'10.0.0.0/8','locked':true,'hosts':[]}]}}");
	assert_int_equal(draft_read(bare, ARRAY_LEN(bare), "new", NULL, &body, &err), -EIO);
	assert_non_null(strstr(err.text, "expected a file dhcp/pools/x/range"));
	assert_true(draft_claims("dhcp/pools/x/health", true));
	assert_false(draft_claims("dhcp/pools/x/label", true));
}

static void what_the_api_sets_is_left_out_of_copies(void **state)
{
	CLEANUP_BUF struct buf names = BUF_INIT(RIG_TEXT_MAX);

	assert_int_equal(schema_server_owned(NULL, 0, &names), 0);
	assert_non_null(strstr(buf_str(&names), "\nhealth\n"));
	assert_null(strstr(buf_str(&names), "\nrange\n"));
	assert_null(strstr(buf_str(&names), "\nlabel\n"));
}

static void a_path_says_what_it_is(void **state)
{
	assert_int_equal(schema_item_len("dhcp/pools/x/range"), strlen("dhcp/pools/x"));
	assert_int_equal(schema_item_len("dhcp/pools/x"), strlen("dhcp/pools/x"));
	assert_int_equal(schema_item_len("dhcp/pools"), 0);
	assert_int_equal(schema_item_len("vpcPrefixes/x/new/er"), strlen("vpcPrefixes/x"));
	assert_true(schema_has("dhcp/pools/x", FIELD_REMOVED));
	assert_false(schema_has("hostPrefixes/x", FIELD_ENTRY));
	assert_null(schema_match("dhcp/pools/x/label"));
	assert_null(schema_match("dhcp/pools/x/other"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(they_are_shown),
		CASE(their_time_is_their_own),
		CASE(scalars_and_lists_are_written),
		CASE(the_members_of_an_entry_are_written),
		CASE(entries_are_made_renamed_and_removed),
		CASE(an_applied_change_keeps_what_it_does_not_name),
		CASE(equal_lists_are_no_change),
		CASE(spec_json_has_what_can_be_set),
		CASE(what_spec_json_leaves_out_gets_its_default),
		CASE(spec_json_is_checked),
		CASE(saves_are_merged_by_entry),
		CASE(a_draft_has_them),
		CASE(what_the_api_sets_is_left_out_of_copies),
		CASE(a_path_says_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
