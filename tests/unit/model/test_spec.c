/* SPDX-License-Identifier: MIT */
/* Saving spec.json: the exact request, what is refused, and what happens if somebody else has
 * changed the VPC meanwhile. */
#include "rig.h"

#include <stdio.h>

#define HEAD	"'name':'prod','zone':'US-EAST-04A'"
#define PODS	"{'name':'pod cidr','value':'10.0.0.0/13'}"
#define SERVICE "{'name':'service cidr','value':'10.16.0.0/22'}"
#define REST                                                                               \
	"'ingress':{'disablePublicServices':false},'egress':{'disablePublicAccess':true}," \
	"'dhcp':{'dns':{'servers':['1.1.1.1','8.8.8.8']}}"
#define PREFIXES(list) "{" HEAD ",'vpcPrefixes':[" list "]," REST "}"

static void check(const char *spec, const char *body)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);

	rig_body_take(rig_spec(doc, doc, spec), body);
}

static void test_the_same(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	CLEANUP_FREE char *spec = rig_show(doc, "spec.json");

	rig_body_take(rig_spec(doc, doc, spec), NULL);
	check(PREFIXES(PODS "," SERVICE), NULL);
	check(PREFIXES(SERVICE "," PODS), NULL);
	check("{" HEAD ",'hostPrefix':'10.16.192.0/18','vpcPrefixes':[" PODS "," SERVICE
	      "]," REST "}",
		NULL);
	check("{" HEAD ",'hostPrefixes':null,'hostPrefix':null,'vpcPrefixes':[" PODS
	      "," SERVICE "]," REST "}",
		NULL);
}

static void test_leaves(void **state)
{
	check("{'name':'p2','zone':'Z','vpcPrefixes':[" PODS
	      "],'ingress':{'disablePublicServices':true},"
	      "'egress':{'disablePublicAccess':false},'dhcp':{'dns':{'servers':['9.9.9.9']}"
	      "}}",
		"{'updateMask':'name,zone,vpcPrefixes,ingress.disablePublicServices,"
		"egress.disablePublicAccess,dhcp.dns.servers','name':'p2','zone':'Z','"
		"vpcPrefixes':[" PODS "],'ingress':{'disablePublicServices':true},'egress':"
		"{'disablePublicAccess':false},"
		"'dhcp':{'dns':{'servers':['9.9.9.9']}}}");
	check("{" HEAD ",'hostPrefix':'10.0.0.0/16','vpcPrefixes':[" PODS "," SERVICE
	      "]," REST "}",
		"{'updateMask':'hostPrefix','hostPrefix':'10.0.0.0/16'}");
	check("{" HEAD
	      ",'hostPrefixes':[{'name':'n','type':'PRIMARY','prefixes':['10.0.0.0/8']}],"
	      "'vpcPrefixes':[" PODS "," SERVICE "]," REST "}",
		"{'updateMask':'hostPrefixes','hostPrefixes':[{'name':'n','type':'PRIMARY',"
		"'prefixes':['10.0.0.0/8']}]}");
}

static void test_left_out_is_the_default(void **state)
{
	static const char body[] =
		"{'updateMask':'vpcPrefixes,egress.disablePublicAccess,dhcp.dns.servers','"
		"vpcPrefixes':[],"
		"'egress':{'disablePublicAccess':false},'dhcp':{'dns':{'servers':[]}}}";

	check("{" HEAD "}", body);
	check("{" HEAD
	      ",'vpcPrefixes':null,'ingress':null,'egress':{},'dhcp':{'dns':null}}",
		body);
	check("{" HEAD
	      ",'vpcPrefixes':[],'egress':{'disablePublicAccess':null},'dhcp':{'dns':{}}}",
		body);
}

static const struct {
	const char *json, *sentence;
} bad[] = {
	{"", "empty"},
	{" \n\t ", "empty"},
	{"{", "line 1 column 1"},
	{"{\n'name': 'x',\n}", "line 3 column 1"},
	{"[]", "expected an object, not an array"},
	{"'x'", "expected an object, not a string"},
	{"null", "expected an object"},
	{"{'name':'prod','name':'prod','zone':'z'}", "duplicate"},
	{"{}", "name is missing"},
	{"{'name':'prod'}", "zone is missing"},
	{"{'name':null,'zone':'Z'}", "name is missing"},
	{"{'zone':'Z'}", "must have name and zone"},
	{"{'name':'','zone':'US-EAST-04A'}", "line 1 column 2: name: empty"},
	{"{'name':'prod','zone':''}", "zone: empty"},
	{"{'name':7,'zone':'Z'}", "line 1 column 2: name: expected a string, not a number"},
	{"{" HEAD ",\n  'ingress': {'disablePublicService':true}}",
		"line 2 column 15: ingress.disablePublicService: unknown field; "
		"did you mean "
		"disablePublicServices?"},
	{"{" HEAD ",\n'ingres':{}}",
		"line 2 column 1: ingres: unknown field; did you mean ingress?"},
	{"{" HEAD ",'vpc_prefixes':[]}",
		"vpc_prefixes: unknown field; did you mean vpcPrefixes?"},
	{"{" HEAD ",'DHCP':{}}", "did you mean dhcp?"},
	{"{" HEAD ",'completely':1}", "completely: unknown field"},
	{"{" HEAD ",'spec.json':1}", "spec.json: unknown field"},
	{"{" HEAD ",'dhcp/dns':1}", "dhcp/dns: unknown field"},
	{"{" HEAD ",'updateMask':'x'}", "updateMask: unknown field"},
	{"{'id':'1063bce6'," HEAD "}", "line 1 column 2: id: read-only"},
	{"{" HEAD ",'status':'STATUS_READY'}", "status: read-only"},
	{"{" HEAD ",'createdAt':null}", "createdAt: read-only"},
	{"{" HEAD ",\n'vpcPrefixes':[" PODS
	 ",\n {'name':'x','value':'1.0.0.0/8',\n  'status':'S'}]}",
		"line 4 column 3: vpcPrefixes[1].status: read-only"},
	{"{" HEAD ",'vpcPrefixes':{}}",
		"vpcPrefixes: expected an array of objects, not an object"},
	{"{" HEAD ",'vpcPrefixes':['x']}",
		"vpcPrefixes[0]: expected an object, not a string"},
	{"{" HEAD ",'vpcPrefixes':[null]}", "vpcPrefixes[0]: expected an object, not null"},
	{"{" HEAD ",'vpcPrefixes':[{'value':'1.0.0.0/8'}]}", "vpcPrefixes[0].name: empty"},
	{"{" HEAD ",'vpcPrefixes':[{'name':'','value':'1.0.0.0/8'}]}",
		"vpcPrefixes[0].name: empty"},
	{"{" HEAD ",'vpcPrefixes':[{'name':7,'value':'1.0.0.0/8'}]}",
		"name: expected a string"},
	{"{" HEAD ",'vpcPrefixes':[{'name':'x'}]}", "vpcPrefixes[0].value: missing"},
	{"{" HEAD ",'vpcPrefixes':[{'name':'x','value':''}]}",
		"vpcPrefixes[0].value: empty"},
	{"{" HEAD ",'vpcPrefixes':[" PODS ",{'name':'x','value':'x/8'}]}",
		"vpcPrefixes[1].value: \"x/8\" is not a CIDR"},
	{"{" HEAD ",'vpcPrefixes':[" PODS "," PODS "]}", "a second entry with this name"},
	{"{" HEAD ",'vpcPrefixes':[{'name':'pod cidr','value':'9.0.0.0/8'}," PODS "]}",
		"vpcPrefixes[1].name: a second entry"},
	{"{" HEAD ",'hostPrefixes':[{'name':'x','prefixes':['1.0.0.0/8']}]}",
		"hostPrefixes[0].type: missing"},
	{"{" HEAD ",'hostPrefixes':[{'name':'x','type':'primary','prefixes':['1.0."
	 "0.0/8']}]}",
		"hostPrefixes[0].type: \"primary\" is not"},
	{"{" HEAD ",'hostPrefixes':[{'name':'x','type':'ROUTED','prefixes':[]}]}",
		"hostPrefixes[0].prefixes: empty"},
	{"{" HEAD ",'hostPrefixes':[{'name':'x','type':'ROUTED','prefixes':['1.0.0."
	 "0/8','x']}]}",
		"hostPrefixes[0].prefixes[1]: \"x\" is not a CIDR"},
	{"{" HEAD ",'hostPrefixes':[{'name':'x','type':'ROUTED','prefixes':['1.0.0.0/8'],"
	 "'ipam':{'prefixLength':99999999999}}]}",
		"hostPrefixes[0].ipam.prefixLength: a number out of range"},
	{"{" HEAD ",'hostPrefixes':[{'name':'x','type':'ROUTED','prefixes':['1.0.0.0/8'],"
	 "'ipam':{'prefixLength':1.5}}]}",
		"prefixLength: expected a whole number"},
	{"{" HEAD ",'hostPrefixes':[{'name':'x','ipam':{'gateway':1}}]}",
		"ipam.gateway: unknown"},
	{"{" HEAD ",'hostPrefix':'10.0.0.0/8','hostPrefixes':[{'name':'x','type':'ROUTED',"
	 "'prefixes':['1.0.0.0/8']}]}",
		"exclude each other"},
	{"{" HEAD ",'hostPrefix':'10.0.0.0'}", "hostPrefix: \"10.0.0.0\" is not a CIDR"},
	{"{" HEAD ",'ingress':{'disablePublicServices':'true'}}",
		"ingress.disablePublicServices: expected true or false, not a "
		"string"},
	{"{" HEAD ",'dhcp':{'dns':{'servers':'1.1.1.1'}}}",
		"dhcp.dns.servers: expected an array of strings, not a string"},
	{"{" HEAD ",\n'dhcp':{\n'dns':{'servers':['1.1.1.1',\n    'x']}}}",
		"line 4 column 5: dhcp.dns.servers[1]: \"x\" is not an IP address"},
	{"{'name':'pr\xc3\xa4\xc3\xa4','zone':'Z','n\\u0061':1}",
		"line 1 column 27: na: unknown field"},
};

static void test_refusals(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		rig_spec_fails(doc, doc, bad[i].json, EINVAL, bad[i].sentence);
}

static void test_text_that_is_no_text(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	CLEANUP_FREE char *nul = calloc(1, DOC_TEXT_MAX + 1);
	struct change *change = NULL;
	struct err err = {""};

	assert_int_equal(change_spec(doc, doc, nul, 4096, &change, &err), -EINVAL);
	assert_non_null(strstr(err.text, "NUL"));
	err_clear(&err);
	assert_int_equal(
		change_spec(doc, doc, nul, DOC_TEXT_MAX + 1, &change, &err), -EINVAL);
	assert_non_null(strstr(err.text, "too long"));
	assert_int_equal(change_spec(doc, doc, "\xff", 1, &change, NULL), -EINVAL);
	assert_int_equal(change_spec(doc, doc, NULL, 0, &change, NULL), -EINVAL);
}

/* What the API once returned can be saved again, however odd it is. */
static void test_odd_values_of_the_api(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(
		"{'id':'1','name':'a\\nb','hostPrefixes':[{'type':3,'prefixes':['what']},{'"
		"ipam':{}}],"
		"'vpcPrefixes':[{'name':'x'},{'name':'x','value':'?'},{'value':''}],"
		"'dhcp':{'dns':{'servers':['dns.local']}}}");
	CLEANUP_FREE char *spec = rig_show(doc, "spec.json");
	CLEANUP_FREE char *longer =
		rig_json("{'name':'a\\nb','zone':'','vpcPrefixes':[{'name':'x'},{'name':'x'"
			 ",'value':'?'},{'value':''},"
			 "{'name':'y','value':'10.0.0.0/"
			 "8'}],'dhcp':{'dns':{'servers':['dns.local']}}}");

	rig_body_take(rig_spec(doc, doc, spec), NULL);
	rig_body_take(rig_spec(doc, doc, longer),
		"{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'x'},{'name':'x','"
		"value':'?'},"
		"{'name':'','value':''},{'name':'y','value':'10.0.0.0/8'}]}");
}

/* base has PODS and SERVICE; now and spec are lists of vpcPrefixes. */
static struct change *merged(
	const char *now_list, const char *spec_list, int errnum, const char *sentence)
{
	CLEANUP_DOC struct doc *base =
		rig_doc("{'id':'1'," HEAD ",'vpcPrefixes':[" PODS "," SERVICE "]}");
	CLEANUP_DOC struct doc *now = NULL;
	char json[2000], spec[2000];

	snprintf(json, sizeof(json), "{'id':'1'," HEAD ",'vpcPrefixes':[%s]}", now_list);
	snprintf(spec, sizeof(spec), "{" HEAD ",'vpcPrefixes':[%s]}", spec_list);
	now = rig_doc(json);
	if (!errnum)
		return rig_spec(base, now, spec);
	rig_spec_fails(base, now, spec, errnum, sentence);
	return NULL;
}

#define MINE	   "{'name':'mine','value':'10.40.0.0/16'}"
#define THEIRS	   "{'name':'theirs','value':'10.50.0.0/16'}"
#define PODS_2	   "{'name':'pod cidr','value':'10.8.0.0/13'}"
#define PODS_3	   "{'name':'pod cidr','value':'10.24.0.0/13'}"
#define SENT(list) "{'updateMask':'vpcPrefixes','vpcPrefixes':[" list "]}"

static void test_both_change_the_list(void **state)
{
	rig_body_take(
		merged(PODS "," SERVICE "," THEIRS, PODS "," SERVICE "," MINE, 0, NULL),
		SENT(PODS "," SERVICE "," THEIRS "," MINE));
	rig_body_take(merged(SERVICE "," PODS, PODS_2 "," SERVICE, 0, NULL),
		SENT(SERVICE "," PODS_2));
	rig_body_take(merged(PODS "," SERVICE "," THEIRS, SERVICE, 0, NULL),
		SENT(SERVICE "," THEIRS));
	rig_body_take(merged(PODS, PODS_2 "," SERVICE, 0, NULL), SENT(PODS_2));
	rig_body_take(merged(PODS_2 "," SERVICE, PODS "," SERVICE "," MINE, 0, NULL),
		SENT(PODS_2 "," SERVICE "," MINE));
	/* both changed it the same way */
	rig_body_take(merged(PODS_2 "," SERVICE, PODS_2 "," SERVICE, 0, NULL), NULL);
	rig_body_take(merged(PODS "," SERVICE "," MINE, PODS "," SERVICE "," MINE, 0, NULL),
		NULL);
	rig_body_take(merged(PODS, PODS, 0, NULL), NULL);
}

static void test_both_change_one_entry(void **state)
{
	merged(PODS_2 "," SERVICE, PODS_3 "," SERVICE, EBUSY,
		"vpcPrefixes \"pod cidr\": changed by someone else since it was read: now "
		"{\"name\":\"pod cidr\",\"value\":\"10.8.0.0/13\"}, this save wants "
		"{\"name\":\"pod cidr\",\"value\":\"10.24.0.0/13\"}");
	merged(SERVICE, PODS_3 "," SERVICE, EBUSY, "now (removed), this save wants");
	merged(PODS_2 "," SERVICE, SERVICE, EBUSY, "this save wants (removed)");
	merged(PODS "," SERVICE ",{'name':'mine','value':'10.41.0.0/16'}",
		PODS "," SERVICE "," MINE, EBUSY, "vpcPrefixes \"mine\"");
}

/* A name that occurs more than once: each combination of name and value is merged on its own. */
static void test_names_that_repeat(void **state)
{
	rig_body_take(merged(PODS "," PODS_2, PODS "," SERVICE "," MINE, 0, NULL),
		SENT(PODS "," PODS_2 "," MINE));
	rig_body_take(merged(PODS "," SERVICE, SERVICE, 0, NULL), SENT(SERVICE));
	rig_body_take(merged(PODS_2 "," SERVICE "," PODS, PODS_3 "," SERVICE, 0, NULL),
		SENT(PODS_2 "," SERVICE "," PODS_3));
	rig_body_take(merged(PODS "," PODS "," SERVICE, PODS "," SERVICE "," MINE, 0, NULL),
		SENT(PODS "," PODS "," SERVICE "," MINE));
	merged(PODS_2 "," PODS_3 "," SERVICE, SERVICE, EBUSY, "vpcPrefixes \"pod cidr\"");
	merged(PODS "," PODS "," SERVICE, SERVICE, EBUSY, "this save wants (removed)");
}

/* The API's list has a name more than once, and so has the text. */
static void test_saving_names_that_repeat(void **state)
{
	CLEANUP_DOC struct doc *base =
		rig_doc("{'id':'1'," HEAD ",'vpcPrefixes':[" PODS "," PODS_2 "," PODS "]}");
	CLEANUP_DOC struct doc *now = rig_doc("{'id':'1'," HEAD ",'vpcPrefixes':[" MINE
					      "," PODS "," PODS_2 "," PODS "]}");
	CLEANUP_DOC struct doc *gone = rig_doc(
		"{'id':'1'," HEAD ",'vpcPrefixes':[" PODS "," PODS "," SERVICE "]}");

	rig_body_take(rig_spec(base, now, "{" HEAD ",'vpcPrefixes':[" PODS "," PODS_2 "]}"),
		SENT(MINE "," PODS "," PODS_2));
	rig_body_take(rig_spec(base, now, "{" HEAD ",'vpcPrefixes':[" PODS "," PODS "]}"),
		SENT(MINE "," PODS "," PODS));
	rig_body_take(rig_spec(base, now,
			      "{" HEAD ",'vpcPrefixes':[" PODS_3 "," PODS_2 "," PODS "]}"),
		SENT(MINE "," PODS "," PODS_2 "," PODS_3));
	rig_body_take(
		rig_spec(base, gone, "{" HEAD ",'vpcPrefixes':[" PODS "," PODS "]}"), NULL);
	rig_spec_fails(base, gone,
		"{" HEAD ",'vpcPrefixes':[" PODS "," PODS_3 "," PODS "]}", EBUSY,
		"vpcPrefixes \"pod cidr\": changed by someone else");
}

static void test_both_change_other_leaves(void **state)
{
	CLEANUP_DOC struct doc *base = rig_doc("{'id':'1'," HEAD "}");
	CLEANUP_DOC struct doc *now = rig_doc("{'id':'1','name':'prod','zone':'Z9','"
					      "ingress':{'disablePublicServices':true},"
					      "'dhcp':{'dns':{'servers':['8.8.8.8']}}}");

	rig_body_take(
		rig_spec(base, now, "{" HEAD ",'egress':{'disablePublicAccess':true}}"),
		"{'updateMask':'egress.disablePublicAccess','egress':{'disablePublicAccess'"
		":true}}");
	/* both changed it the same way; what this text left alone stays */
	rig_body_take(
		rig_spec(base, now, "{" HEAD ",'ingress':{'disablePublicServices':true}}"),
		NULL);
	rig_body_take(rig_spec(base, now, "{'name':'prod','zone':'Z9'}"), NULL);
	rig_spec_fails(base, now,
		"{'name':'prod','zone':'Z7','dhcp':{'dns':{'servers':['9.9.9.9']}}}", EBUSY,
		"zone: changed by someone else since it was read: now \"Z9\", this save "
		"wants \"Z7\"\n"
		"dhcp.dns.servers: changed by someone else since it was read: now "
		"[\"8.8.8.8\"], "
		"this save wants [\"9.9.9.9\"]");
}

/* A text that was not edited, of a VPC that somebody else changed, is never a silent success. */
static void test_nothing_edited(void **state)
{
	CLEANUP_DOC struct doc *base =
		rig_doc("{'id':'1'," HEAD ",'vpcPrefixes':[" PODS "," SERVICE "]}");
	CLEANUP_DOC struct doc *now =
		rig_doc("{'id':'1','name':'prod','zone':'Z9','vpcPrefixes':[" PODS "]}");
	CLEANUP_FREE char *spec = rig_show(base, "spec.json");

	rig_body_take(rig_spec(base, base, spec), NULL);
	rig_spec_fails(base, now, spec, EBUSY,
		"the text was saved as it was read, but someone else has changed the "
		"VPC since:\n"
		"zone: now \"Z9\", in this text \"US-EAST-04A\"\nvpcPrefixes: now [");
	merged(PODS_2, PODS "," SERVICE, EBUSY, "vpcPrefixes: now [");
}

/* Without a base the text is absolute, whatever the VPC was like before. */
static void test_absolute(void **state)
{
	CLEANUP_DOC struct doc *now = rig_doc(rig_full);
	CLEANUP_DOC struct doc *odd = rig_doc("{'id':'1','name':'a','zone':'','vpcPrefixes'"
					      ":[{'name':'x'},{'name':'x'}]}");
	CLEANUP_FREE char *spec = rig_show(now, "spec.json");
	CLEANUP_FREE char *odd_spec = rig_show(odd, "spec.json");

	rig_body_take(rig_spec(NULL, now, spec), NULL);
	rig_body_take(rig_spec(NULL, odd, odd_spec), NULL);
	rig_body_take(rig_spec(NULL, now,
			      "{'name':'p2','zone':'US-EAST-04A','vpcPrefixes':[" SERVICE
			      "," MINE "]," REST "}"),
		"{'updateMask':'name,vpcPrefixes','name':'p2','vpcPrefixes':[" SERVICE
		"," MINE "]}");
	rig_spec_fails(NULL, now,
		"{" HEAD ",'vpcPrefixes':[{'name':'x','value':'x'}]," REST "}", EINVAL,
		"vpcPrefixes[0].value: \"x\" is not a CIDR");
	rig_spec_fails(NULL, now, "{'zone':'Z'}", EINVAL, "must have name and zone");
	rig_spec_fails(NULL, now,
		"{" HEAD ",'hostPrefix':'10.0.0.0/8','hostPrefixes':[{'name':'x','type':"
		"'ROUTED','prefixes':['1.0.0.0/8']}]," REST "}",
		EINVAL, "exclude each other");
}

static void test_complete(void **state)
{
	static const struct {
		const char *text;
		bool complete;
	} cases[] = {
		{"{}\n", true},
		{" \n{\"a\":{}}\n\n", true},
		{"{\"a\":1,\"a\":1}\n", true},
		{"{}", false},
		{"", false},
		{"\n", false},
		{"[]\n", false},
		{"{\n", false},
		{"{\"a\":{}\n", false},
		{"{} {}\n", false},
		{"{},}\n", false},
		{"\"}\n", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			change_spec_is_complete(cases[i].text, strlen(cases[i].text)),
			cases[i].complete);
	assert_false(change_spec_is_complete("\0}\n", 3));
}

/* Of an entry that the text changes, with and without a base. */
static void test_members_nobody_knows_are_sent_back(void **state)
{
	CLEANUP_DOC struct doc *doc =
		rig_doc("{'id':'1','name':'x','zone':'Z','vpcPrefixes':["
			"{'name':'a','value':'10.0.0.0/16','mode':'m','status':'S'},"
			"{'name':'b','value':'10.1.0.0/16','pool':'p'}]}");
	const char *text =
		"{'name':'x','zone':'Z','vpcPrefixes':["
		"{'name':'a','value':'10.2.0.0/16'},{'name':'b','value':'10.1.0.0/16'},"
		"{'name':'c','value':'10.3.0.0/16'}]}";
	CLEANUP_FREE char *shown = NULL;
	const char *body = "{'updateMask':'vpcPrefixes','vpcPrefixes':["
			   "{'name':'a','value':'10.2.0.0/16','mode':'m'},"
			   "{'name':'b','value':'10.1.0.0/16','pool':'p'},"
			   "{'name':'c','value':'10.3.0.0/16'}]}";

	rig_body_take(rig_spec(doc, doc, text), body);
	rig_body_take(rig_spec(NULL, doc, text), body);
	shown = rig_show(doc, "spec.json");
	assert_null(strstr(shown, "mode"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same),
		cmocka_unit_test(test_leaves),
		cmocka_unit_test(test_left_out_is_the_default),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_text_that_is_no_text),
		cmocka_unit_test(test_odd_values_of_the_api),
		cmocka_unit_test(test_both_change_the_list),
		cmocka_unit_test(test_both_change_one_entry),
		cmocka_unit_test(test_names_that_repeat),
		cmocka_unit_test(test_saving_names_that_repeat),
		cmocka_unit_test(test_both_change_other_leaves),
		cmocka_unit_test(test_nothing_edited),
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_members_nobody_knows_are_sent_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
