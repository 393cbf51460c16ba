/* SPDX-License-Identifier: MIT */
#include "rig.h"

static void test_what_is_there(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);

	assert_string_equal(doc_id(doc), "1063bce6");
	assert_string_equal(doc_name(doc), "prod");
	rig_shows(doc, "zone", "US-EAST-04A\n");
	assert_string_equal(doc_status(doc), "STATUS_READY");
	rig_lists(doc, "",
		"id name zone status createdAt updatedAt hostPrefix hostPrefixes/ "
		"vpcPrefixes/ "
		"ingress/ egress/ dhcp/ spec.json vpc.json ");
	rig_lists(doc, "hostPrefixes", "host primary/ attached/ ");
	rig_lists(doc, "hostPrefixes/host primary", "type prefixes ");
	rig_lists(doc, "hostPrefixes/attached", "type prefixes ipam/ ");
	rig_lists(doc, "hostPrefixes/attached/ipam", "prefixLength gatewayAddressPolicy ");
	rig_lists(doc, "vpcPrefixes", "pod cidr/ service cidr/ ");
	rig_lists(doc, "vpcPrefixes/pod cidr", "value status createdAt updatedAt ");
	rig_lists(doc, "vpcPrefixes/service cidr", "value ");
	rig_shows(doc, "id", "1063bce6\n");
	rig_shows(doc, "hostPrefixes/host primary/prefixes",
		"10.16.192.0/18\n2601:db8:aaaa::/48\n");
	rig_shows(doc, "hostPrefixes/attached/ipam/prefixLength", "64\n");
	rig_shows(doc, "vpcPrefixes/pod cidr/status", "STATUS_AVAILABLE\n");
	rig_shows(doc, "egress/disablePublicAccess", "true\n");
	rig_shows(doc, "dhcp/dns/servers", "1.1.1.1\n8.8.8.8\n");
	rig_shows(doc, ".error", "");
}

/* ProtoJSON leaves defaults out, or gives null. */
static void test_what_is_left_out(void **state)
{
	static const char *const least[] = {
		RIG_LEAST,
		"{'id':'1','name':'prod','zone':null,'status':null,'createdAt':null,'"
		"hostPrefix':null,"
		"'hostPrefixes':null,'vpcPrefixes':null,'ingress':null,'egress':{},'dhcp':{"
		"'dns':null}}",
		"{'id':'1','name':'prod','zone':'','hostPrefixes':[],'vpcPrefixes':[],'"
		"ingress':"
		"{'disablePublicServices':null},'dhcp':{'dns':{'servers':[]}}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(least); i++) {
		CLEANUP_DOC struct doc *doc = rig_doc(least[i]);

		rig_lists(doc, "",
			"id name zone hostPrefixes/ vpcPrefixes/ ingress/ egress/ dhcp/ "
			"spec.json vpc.json ");
		rig_lists(doc, "hostPrefixes", "");
		rig_lists(doc, "vpcPrefixes", "");
		rig_lists(doc, "dhcp", "dns/ ");
		rig_shows(doc, "zone", "");
		rig_shows(doc, "ingress/disablePublicServices", "false\n");
		rig_shows(doc, "egress/disablePublicAccess", "false\n");
		rig_shows(doc, "dhcp/dns/servers", "");
		assert_string_equal(doc_status(doc), "");
	}
}

/* The two dialects of a gateway: one writes every default, one leaves all of them out. */
static void test_dialects(void **state)
{
	static const char *const dialects[] = {
		"{'id':'1','name':'p','zone':'Z','hostPrefixes':[{'name':'h','type':2,"
		"'prefixes':['10.0.0.0/"
		"8'],'ipam':{'prefixLength':'80'}},{'name':'i','type':"
		"'PRIMARY','ipam':{}}],'vpcPrefixes':[{'name':'a','value':'10.0.0.0/8'}],"
		"'ingress':{}}",
		"{'id':'1','name':'p','zone':'Z','status':'STATUS_UNSPECIFIED','createdAt':"
		"null,'hostPrefix':'','hostPrefixes':[{'name':'h','type':'ROUTED','"
		"prefixes':"
		"['10.0.0.0/8'],'ipam':{'prefixLength':8e1,'gatewayAddressPolicy':0}},{"
		"'name':'i','type':1,'prefixes':[],'ipam':{'prefixLength':0,"
		"'gatewayAddressPolicy':'UNSPECIFIED'}}],'vpcPrefixes':[{'name':'a','value'"
		":"
		"'10.0.0.0/"
		"8','status':0,'createdAt':null}],'ingress':{'disablePublicServices"
		"':false},'egress':null,'dhcp':{'dns':{'servers':[]}}}",
	};
	CLEANUP_FREE char *first = NULL;

	for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
		CLEANUP_DOC struct doc *doc = rig_doc(dialects[i]);
		CLEANUP_FREE char *spec = rig_show(doc, "spec.json");

		rig_lists(doc, "",
			"id name zone hostPrefixes/ vpcPrefixes/ ingress/ egress/ dhcp/ "
			"spec.json vpc.json ");
		rig_lists(doc, "vpcPrefixes/a", "value ");
		rig_lists(doc, "hostPrefixes/h", "type prefixes ipam/ ");
		rig_shows(doc, "hostPrefixes/h/type", "ROUTED\n");
		rig_shows(doc, "hostPrefixes/h/ipam/prefixLength", "80\n");
		rig_shows(doc, "hostPrefixes/h/ipam/gatewayAddressPolicy", "UNSPECIFIED\n");
		rig_shows(doc, "hostPrefixes/i/ipam/prefixLength", "0\n");
		rig_body_take(
			rig_text(doc, "hostPrefixes/h/ipam/prefixLength", "80"), NULL);
		if (!first)
			first = STEAL(spec);
		else
			assert_string_equal(spec, first);
		rig_body_take(rig_spec(doc, doc, first), NULL);
	}
}

static void test_numbers_of_enums(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(
		"{'id':'1','name':'p','status':4,'hostPrefixes':[{'name':'h','type':77,'"
		"ipam':"
		"{'gatewayAddressPolicy':9}},{'name':'i'}],'vpcPrefixes':[{'name':'a',"
		"'status':3},{'name':'b','status':1}]}");

	assert_string_equal(doc_status(doc), "STATUS_DELETING");
	rig_shows(doc, "status", "STATUS_DELETING\n");
	rig_shows(doc, "hostPrefixes/h/type", "77\n");
	rig_shows(doc, "hostPrefixes/h/ipam/gatewayAddressPolicy", "9\n");
	rig_shows(doc, "hostPrefixes/i/type", "UNSPECIFIED\n");
	rig_shows(doc, "vpcPrefixes/a/status", "STATUS_PENDING_ALLOCATION\n");
	rig_shows(doc, "vpcPrefixes/b/status", "1\n");
}

static void test_members(void **state)
{
	CLEANUP_DOC struct doc *now = rig_doc("{'id':'1','name':'p','status':'STATUS_READY'"
					      ",'egress':{},'dhcp':{'dns':null},"
					      "'vpcPrefixes':[{'name':'a','value':'x','"
					      "status':0}],'hostPrefix':'','new':7}");
	CLEANUP_DOC struct doc *brief =
		rig_doc("{'id':'1','name':'p','status':'STATUS_READY','ingress':{'"
			"disablePublicServices':false},'vpcPrefixes':[{'name':'a','value':'"
			"x'}],'new':8}");
	CLEANUP_DOC struct doc *part = rig_doc(
		"{'id':'1','name':'p','vpcPrefixes':[{'name':'a','value':'x'}],'new':8}");
	CLEANUP_DOC struct doc *bare = rig_doc(
		"{'id':'1','name':'p','status':3,'vpcPrefixes':[{'name':'a'}],'new':8}");

	CLEANUP_DOC struct doc *unset =
		rig_doc("{'id':'1','name':'p','status':'STATUS_READY','vpcPrefixes':[],"
			"'hostPrefix':'','new':0}");

	assert_false(doc_has_members_of(unset, now));
	assert_false(doc_has_members_of(unset, brief));
	assert_true(doc_has_members_of(now, unset));
	assert_true(doc_has_members_of(brief, now));
	assert_true(doc_has_members_of(now, brief));
	assert_false(doc_has_members_of(part, now));
	assert_false(doc_has_members_of(bare, now));
}

static void test_paths(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	CLEANUP_BUF struct buf text = BUF_INIT(100);
	char path[DOC_PATH_MAX + 1];
	struct doc_field field;

	memset(path, 'x', DOC_PATH_MAX);
	path[DOC_PATH_MAX] = '\0';
	assert_int_equal(doc_find(doc, path, &field), -ENAMETOOLONG);
	path[300] = '\0';
	assert_int_equal(doc_find(doc, path, &field), -ENAMETOOLONG);
	assert_int_equal(doc_find(doc, "", &field), 0);
	assert_int_equal(field.type, FIELD_DIR);
	assert_null(field.schema);
	assert_int_equal(doc_find(doc, "name/x", &field), -ENOTDIR);
	assert_int_equal(doc_find(doc, "nothing", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "name/", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "/name", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "dhcp//dns", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "dhcp/*", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "vpcPrefixes/*", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "vpcPrefixes/pod cidr/name", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "hostPrefixes/host primary/ipam", &field), -ENOENT);
	assert_int_equal(doc_find(doc, ".error", &field), 0);
	assert_int_equal(field.flags, FIELD_HIDDEN);
	assert_int_equal(doc_find(doc, "vpcPrefixes/pod cidr/value", &field), 0);
	assert_string_equal(field.schema->path, "vpcPrefixes/*/value");
	assert_int_equal(doc_show(doc, "dhcp", &text), -EISDIR);
	assert_int_equal(doc_show(doc, "no", &text), -ENOENT);
	assert_int_equal(doc_list(doc, "name", NULL, NULL), -ENOTDIR);
	assert_int_equal(doc_show(doc, "vpc.json", &text), -EFBIG);
	assert_int_equal(text.len, 0);
}

static void test_spec_and_raw(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	CLEANUP_DOC struct doc *legacy =
		rig_doc("{'id':'1','hostPrefix':'10.0.0.0/"
			"18','name':'\xc3\xa4','zone':'Z','status':1}");
	CLEANUP_FREE char *spec = rig_json(
		"{\n  'name': '\xc3\xa4',\n  'zone': 'Z',\n  'hostPrefix': '10.0.0.0/18',\n"
		"  'vpcPrefixes': [],\n  'ingress': {\n    'disablePublicServices': "
		"false\n  },\n"
		"  'egress': {\n    'disablePublicAccess': false\n  },\n"
		"  'dhcp': {\n    'dns': {\n      'servers': []\n    }\n  }\n}\n");
	CLEANUP_FREE char *raw =
		rig_json("{\n  'id': '1',\n  'hostPrefix': '10.0.0.0/18',\n"
			 "  'name': '\xc3\xa4',\n  'zone': 'Z',\n  'status': 1\n}\n");
	CLEANUP_FREE char *full = rig_show(doc, "spec.json");

	rig_shows(legacy, "spec.json", spec);
	rig_shows(legacy, "vpc.json", raw);
	assert_string_equal(doc_status(legacy), "STATUS_CREATING");
	rig_shows(legacy, "status", "STATUS_CREATING\n");
	assert_null(strstr(full, "hostPrefix\""));
	assert_non_null(strstr(full, "\"hostPrefixes\": ["));
	assert_null(strstr(full, "status"));
	assert_null(strstr(full, "createdAt"));
	assert_null(strstr(full, "null"));
	assert_true(strstr(full, "hostPrefixes") < strstr(full, "vpcPrefixes"));
	assert_non_null(strstr(full, "\"gatewayAddressPolicy\": \"FIRST_IP\""));
}

static void test_unknown_fields(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(
		"{'id':'1','name':'prod','labels':{'a/b':'x','n':null,'deep':{'real':1.5}},"
		"'peers':['one','two "
		"words','50%\\n'],'mixed':[1,true,null,{'k':[2]}],'count':3,'on':true,"
		"'off':false,'empty':'','nothing':null,'spec.json':'evil','vpc.json':1,'."
		"error':'e',"
		"'hostPrefix/x':1,'':7,'host_prefix':'snake','ingress':{'mode':'STRICT'},"
		"'vpcPrefixes':[{'name':'p','value':'10.0.0.0/8','tags':{'t':1}}]}");
	struct doc_field field;

	rig_lists(doc, "",
		"id name zone hostPrefixes/ vpcPrefixes/ ingress/ egress/ dhcp/ spec.json "
		"vpc.json "
		"labels/ peers mixed count on off empty %2Eerror hostPrefix%2Fx % "
		"host_prefix ");
	rig_lists(doc, "labels", "a%2Fb deep/ ");
	rig_shows(doc, "labels/a%2Fb", "x\n");
	rig_shows(doc, "labels/deep/real", "1.5\n");
	rig_shows(doc, "peers", "one\ntwo words\n50%%0A\n");
	rig_shows(doc, "mixed", "1\ntrue\nnull\n{\"k\":[2]}\n");
	rig_shows(doc, "count", "3\n");
	rig_shows(doc, "on", "true\n");
	rig_shows(doc, "empty", "");
	rig_shows(doc, "%", "7\n");
	rig_shows(doc, "ingress/mode", "STRICT\n");
	rig_lists(doc, "vpcPrefixes/p", "value tags/ ");
	rig_shows(doc, "vpcPrefixes/p/tags/t", "1\n");
	rig_shows(doc, ".error", "");
	assert_int_equal(doc_find(doc, "count", &field), 0);
	assert_int_equal(field.flags, FIELD_UNKNOWN);
	assert_null(field.schema);
	assert_int_equal(doc_find(doc, "nothing", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "mixed/0", &field), -ENOTDIR);
	rig_text_fails(doc, "count", "4\n", 2, EPERM, "count: read-only");
	rig_body_take(rig_text(doc, "count", "3\n"), NULL);
	rig_body_take(rig_text(doc, "count", "3"), NULL);
}

static int add_name(void *arg, const char *name)
{
	return buf_addf(arg, "%s ", name);
}

static int stop_at(void *arg, const char *name)
{
	return strcmp(name, arg) == 0 ? 7 : 0;
}

static void test_unknown_names(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(
		"{'id':'1','name':'p','labels':{'a/"
		"b':'x','n':null,'deep':{'real':1.5}},'status':"
		"'S','ingress':{'mode':'STRICT'},'dhcp':{'dns':{'search':['a']},'mtu':9},"
		"'hostPrefixes':[{'name':'h','ipam':{'x':1},'y':2}],"
		"'vpcPrefixes':[{'name':'p','tags':{'t':1}},{'name':'p','tags':{'u':1}}]}");
	CLEANUP_BUF struct buf names = BUF_INIT(1000);
	char stop[] = "tags";

	assert_int_equal(doc_unknown_names(doc, add_name, &names), 0);
	assert_string_equal(buf_str(&names),
		"x y tags t tags u mode search mtu labels a%2Fb deep real ");
	assert_int_equal(doc_unknown_names(doc, stop_at, stop), 7);
}

static void test_server_owned(void **state)
{
	static const char *const unknown[] = {"labels", "labels", "zone", "servers", "id",
		"a*b?[c]\\", "#x", "+ y", " z"};
	CLEANUP_BUF struct buf text = BUF_INIT(2000);

	assert_int_equal(schema_server_owned(NULL, 0, &text), 0);
	assert_string_equal(buf_str(&text),
		"+ id/\nid\n+ status/\nstatus\n+ createdAt/\ncreatedAt\n+ updatedAt/\n"
		"updatedAt\n+ hostPrefix/\nhostPrefix\n+ vpc.json/\nvpc.json\n"
		"+ .error/\n.error\n");
	buf_release(&text);
	assert_int_equal(schema_server_owned(unknown, ARRAY_LEN(unknown), &text), 0);
	assert_non_null(strstr(buf_str(&text),
		".error\n+ labels/\nlabels\n+ a[*]b[?][[]c][\\\\]/\na[*]b[?][[]c][\\\\]\n"
		"+ [#]x/\n[#]x\n+ [+] y/\n[+] y\n+ [ ]z/\n[ ]z\n"));
	assert_null(strstr(buf_str(&text), "zone"));
}

static void test_hostile_items(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(
		"{'id':'1','name':'prod','vpcPrefixes':[{'name':'a','value':'1.0.0.0/8'},"
		"{'name':'a','value':'2.0.0.0/8'},{'name':'../x','value':'3.0.0.0/"
		"8'},{'value':'4.0.0.0/8'},"
		"{'name':'a~1','value':'5.0.0.0/"
		"8'},{'name':'.','value':'6\\n7'},{'name':'','value':''},"
		"{'name':'b~0'}]}");
	struct doc_field field;

	rig_lists(doc, "vpcPrefixes",
		"a~2531201970/ a~3645384589/ %2E.%2Fx/ %~1868459281/ a~1~289493251/ %2E/ "
		"%~3405305203/ b~0~3987573200/ ");
	assert_int_equal(doc_find(doc, "vpcPrefixes/a", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "vpcPrefixes/a~0", &field), -ENOENT);
	assert_int_equal(doc_find(doc, "vpcPrefixes/a~1", &field), -ENOENT);
}

static void test_hostile_values(void **state)
{
	CLEANUP_DOC struct doc *doc =
		rig_doc("{'id':'1','name':'x\\ny','zone':'z','vpcPrefixes':[{'name':'b~0'},"
			"{'name':'a~','value':'6\\n7'}],"
			"'dhcp':{'dns':{'servers':['1.1.1.1 8.8.8.8','a,b\\n%']}}}");

	rig_lists(doc, "vpcPrefixes", "b~0~3987573200/ a~/ ");
	rig_shows(doc, "name", "x\ny\n");
	rig_shows(doc, "vpcPrefixes/b~0~3987573200/value", "");
	rig_shows(doc, "vpcPrefixes/a~/value", "6\n7\n");
	rig_shows(doc, "dhcp/dns/servers", "1.1.1.1%208.8.8.8\na%2Cb%0A%\n");
	/* what was read can be written back */
	rig_body_take(rig_text(doc, "name", "x\ny\n"), NULL);
	rig_body_take(
		rig_text(doc, "dhcp/dns/servers", "1.1.1.1%208.8.8.8\na%2Cb%0A%\n"), NULL);
}

static void test_mtime(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full), *bare = rig_doc(RIG_LEAST);
	CLEANUP_DOC struct doc *bad =
		rig_doc("{'id':'1','name':'p','updatedAt':'1970-01-01T00:00:07Z','u':{'"
			"updatedAt':'soon','x':1}}");
	struct timespec t;

	assert_true(doc_mtime(doc, "name", &t));
	assert_int_equal(t.tv_sec, 1748779200);
	assert_int_equal(t.tv_nsec, 500000000);
	assert_true(doc_mtime(doc, "vpcPrefixes/pod cidr/value", &t));
	assert_int_equal(t.tv_sec, 1738368000);
	assert_true(doc_mtime(doc, "vpcPrefixes/service cidr/value", &t));
	assert_int_equal(t.tv_sec, 1748779200);
	assert_false(doc_mtime(bare, "name", &t));
	assert_false(doc_mtime(doc, "nothing", &t));
	assert_true(doc_mtime(bad, "u/x", &t));
	assert_int_equal(t.tv_sec, 7);
}

static void test_refused_objects(void **state)
{
	static const struct {
		const char *json, *sentence;
	} bad[] = {
		{"[]", "expected a VPC"},
		{"null", "expected a VPC"},
		{"{}", "without an id"},
		{"{'id':'','name':'x'}", "without an id"},
		{"{'id':1,'name':'x'}", "id: expected a string, not a number"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {""};

		assert_int_equal(rig_doc_fails(bad[i].json, &err), -EBADMSG);
		if (!strstr(err.text, bad[i].sentence))
			fail_msg("%s: \"%s\"", bad[i].json, err.text);
	}
}

/* One bad VPC is no reason to refuse the others: it stays in the list, but cannot be read. */
static void test_known_fields_of_another_type(void **state)
{
	static const struct {
		const char *json, *sentence;
	} bad[] = {
		{"{'id':'1','name':7}", "name: expected a string"},
		{"{'id':'1','name':'x','zone':[]}",
			"zone: expected a string, not an array"},
		{"{'id':'1','name':'x','status':{}}", "status: expected a string"},
		{"{'id':'1','name':'x','vpcPrefixes':{}}",
			"vpcPrefixes: expected an array"},
		{"{'id':'1','name':'x','vpcPrefixes':[1]}",
			"vpcPrefixes[0]: expected an object"},
		{"{'id':'1','name':'x','vpcPrefixes':[null]}",
			"vpcPrefixes[0]: expected an object"},
		{"{'id':'1','name':'x','vpcPrefixes':[{'name':1}]}",
			"vpcPrefixes[0].name: expected"},
		{"{'id':'1','name':'x','hostPrefixes':[{'prefixes':'x'}]}",
			"hostPrefixes[0].prefixes: expected an array of strings, not a "
			"string"},
		{"{'id':'1','name':'x','hostPrefixes':[{'ipam':{'prefixLength':'x'}}]}",
			"hostPrefixes[0].ipam.prefixLength: expected a whole number"},
		{"{'id':'1','name':'x','ingress':true}",
			"ingress: expected an object, not true"},
		{"{'id':'1','name':'x','ingress':{'disablePublicServices':0}}",
			"expected true or false"},
		{"{'id':'1','name':'x','dhcp':{'dns':{'servers':[1]}}}",
			"dhcp.dns.servers[0]: expected"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CLEANUP_DOC struct doc *doc = rig_doc(bad[i].json);
		struct buf text = BUF_INIT(RIG_TEXT_MAX);

		assert_false(doc_is_readable(doc));
		assert_string_equal(doc_id(doc), "1");
		assert_string_equal(doc_name(doc), strstr(bad[i].json, "'x'") ? "x" : "1");
		if (!strstr(doc_problem(doc), bad[i].sentence))
			fail_msg("%s: \"%s\"", bad[i].json, doc_problem(doc));
		assert_int_equal(doc_show(doc, "name", &text), -EBADMSG);
		buf_release(&text);
	}
}

/* A gateway that leaves defaults out does not write an empty name. */
static void test_no_name(void **state)
{
	CLEANUP_DOC struct doc *left_out = rig_doc("{'id':'1'}");
	CLEANUP_DOC struct doc *empty = rig_doc("{'id':'1','name':''}");

	assert_true(doc_is_readable(left_out) && doc_is_readable(empty));
	assert_string_equal(doc_name(left_out), "");
	assert_string_equal(doc_name(empty), "");
}

static void test_lists(void **state)
{
	CLEANUP_FREE char *good = rig_json("[{'id':'1','name':'a'},{'id':'2','name':'a'}]"),
			  *twice =
				  rig_json("[{'id':'1','name':'a'},{'id':'1','name':'b'}]"),
			  *spoiled = rig_json("[{'id':'1','name':'a'},7]");
	const char *bad[] = {twice, spoiled, "{}"};
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_VAL struct val *val = NULL;

	assert_int_equal(val_parse(good, strlen(good), 0, &val, NULL), 0);
	assert_int_equal(doc_list_from_val(val, &list, NULL), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(doc_id(list.docs[1]), "2");
	assert_int_equal(doc_list_from_val(NULL, &list, NULL), -EBADMSG);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CLEANUP_VAL struct val *other = NULL;
		struct err err = {""};

		assert_int_equal(val_parse(bad[i], strlen(bad[i]), 0, &other, NULL), 0);
		assert_int_equal(doc_list_from_val(other, &list, &err), -EBADMSG);
		assert_true(err.text[0]);
	}
}

/* A document is kept as text, so it shows what the answer said. */
static void test_values_survive(void **state)
{
	CLEANUP_FREE char *big = malloc(100001);
	CLEANUP_BUF struct buf json = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_DOC struct doc *doc = NULL;

	memset(big, 'x', 100000);
	big[100000] = '\0';
	buf_addf(&json,
		"{'z':1.5,'id':'1','y':1e300,'name':'n','x':0.1,'w':-0.0,"
		"'v':9223372036854775807,'u':'\\u0001\\u00e9\\\\/\\ud83d\\ude00','':{},"
		"'long':'%s','a':2.0,'status':9007199254740993}",
		big);
	doc = rig_doc(buf_str(&json));
	rig_shows(doc, "x", "0.10000000000000001\n");
	rig_shows(doc, "v", "9223372036854775807\n");
	rig_shows(doc, "a", "2.0\n");
	assert_string_equal(doc_status(doc), "9007199254740993");
	buf_release(&json);
	assert_int_equal(doc_show(doc, "vpc.json", &json), 0);
	for (char *p = json.data; (p = strstr(p, big));)
		memmove(p, p + 100000, strlen(p + 100000) + 1);
	assert_string_equal(json.data,
		"{\n  \"z\": 1.5,\n  \"id\": \"1\",\n  \"y\": 1.0000000000000001e300,\n"
		"  \"name\": \"n\",\n  \"x\": 0.10000000000000001,\n  \"w\": -0.0,\n"
		"  \"v\": 9223372036854775807,\n  \"u\": "
		"\"\\u0001\u00e9\\\\/\U0001F600\",\n"
		"  \"\": {},\n  \"long\": \"\",\n  \"a\": 2.0,\n"
		"  \"status\": 9007199254740993\n}\n");
}

static void test_equal(void **state)
{
	CLEANUP_DOC struct doc *a = rig_doc("{'id':'1','name':'x','zone':'z'}");
	CLEANUP_DOC struct doc *b = rig_doc("{'zone':'z','name':'x','id':'1'}");
	CLEANUP_DOC struct doc *c = rig_doc(RIG_LEAST), *again = doc_ref(a);

	assert_true(doc_equal(a, b));
	assert_false(doc_equal(a, c));
	assert_ptr_equal(again, a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_there),
		cmocka_unit_test(test_what_is_left_out),
		cmocka_unit_test(test_dialects),
		cmocka_unit_test(test_numbers_of_enums),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_spec_and_raw),
		cmocka_unit_test(test_unknown_fields),
		cmocka_unit_test(test_unknown_names),
		cmocka_unit_test(test_server_owned),
		cmocka_unit_test(test_hostile_items),
		cmocka_unit_test(test_hostile_values),
		cmocka_unit_test(test_mtime),
		cmocka_unit_test(test_refused_objects),
		cmocka_unit_test(test_known_fields_of_another_type),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_values_survive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
