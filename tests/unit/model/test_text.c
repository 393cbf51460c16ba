/* SPDX-License-Identifier: MIT */
/* Writing one file: the exact request, what is refused, and the round trip of every writable
 * field. */
#include "rig.h"

static void test_requests(void **state)
{
	static const struct {
		const char *path, *text, *body;
	} cases[] = {
		{"ingress/disablePublicServices", "true\n",
			"{'updateMask':'ingress.disablePublicServices','ingress':{'"
			"disablePublicServices':true}}"},
		{"egress/disablePublicAccess", " No \n",
			"{'updateMask':'egress.disablePublicAccess','egress':{'"
			"disablePublicAccess':false}}"},
		{"dhcp/dns/servers", "1.1.1.1,\t9.9.9.9\n\n2620:FE::fe  \n",
			"{'updateMask':'dhcp.dns.servers','dhcp':{'dns':{'servers':"
			"['1.1.1.1','9.9.9.9','2620:FE::fe']}}}"},
		{"dhcp/dns/servers", "\n",
			"{'updateMask':'dhcp.dns.servers','dhcp':{'dns':{'servers':[]}}}"},
		{"dhcp/dns/servers", "",
			"{'updateMask':'dhcp.dns.servers','dhcp':{'dns':{'servers':[]}}}"},
		{"name", "test\n", "{'updateMask':'name','name':'test'}"},
		{"name", "a b", "{'updateMask':'name','name':'a b'}"},
		{"zone", "\xc3\xa4\n", "{'updateMask':'zone','zone':'\xc3\xa4'}"},
		{"hostPrefix", "10.0.0.0/16\n",
			"{'updateMask':'hostPrefix','hostPrefix':'10.0.0.0/16'}"},
		{"vpcPrefixes/pod cidr/value", " 10.8.0.0/13 \n",
			"{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'pod "
			"cidr','value':'10.8.0.0/13'},"
			"{'name':'service cidr','value':'10.16.0.0/22'}]}"},
		{"vpcPrefixes/a%2Fb/value", "10.8.0.0/13\n",
			"{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'pod "
			"cidr','value':'10.0.0.0/13'},"
			"{'name':'service "
			"cidr','value':'10.16.0.0/22'},{'name':'a/b','value':'10.8.0.0/"
			"13'}]}"},
		{"hostPrefixes/attached/ipam/prefixLength", "80\n",
			"{'updateMask':'hostPrefixes','hostPrefixes':[{'name':'host "
			"primary','type':'PRIMARY',"
			"'prefixes':['10.16.192.0/18','2601:db8:aaaa::/"
			"48']},{'name':'attached','type':'ATTACHED',"
			"'prefixes':['2601:db8:cccc::/48'],'ipam':{'prefixLength':80,"
			"'gatewayAddressPolicy':'FIRST_IP'}}]}"},
	};
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rig_body_take(rig_text(doc, cases[i].path, cases[i].text), cases[i].body);
}

static void test_the_same_sends_nothing(void **state)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{"ingress/disablePublicServices", "OFF"},
		{"egress/disablePublicAccess", "y\n"},
		{"dhcp/dns/servers", "8.8.8.8 1.1.1.1"},
		{"dhcp/dns/servers", "8.8.8.8,1.1.1.1,8.8.8.8\n"},
		{"hostPrefixes/host primary/prefixes",
			"10.16.192.0/18,2601:DB8:AAAA:0::/48"},
		{"vpcPrefixes/pod cidr/value", "10.0.0.7/13\n"},
		{"hostPrefixes/attached/ipam/prefixLength", "064"},
		{"name", "prod"},
		{"id", "1063bce6\n"},
		{"vpcPrefixes/pod cidr/status", "STATUS_AVAILABLE"},
	};
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	CLEANUP_FREE char *raw = rig_show(doc, "vpc.json");

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rig_body_take(rig_text(doc, cases[i].path, cases[i].text), NULL);
	rig_body_take(rig_text(doc, "vpc.json", raw), NULL);
}

static void test_the_order_of_host_prefixes_counts(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);

	struct change *change = rig_text(doc, "hostPrefixes/host primary/prefixes",
		"2601:db8:aaaa::/48 10.16.192.0/18");

	assert_string_equal(change_mask(change), "hostPrefixes");
	change_free(change);
}

static void test_booleans(void **state)
{
	static const char *const yes[] = {
		"true", "1", "y", "yes", "on", "TRUE", "On\n", " yes\r\n"};
	static const char *const no[] = {"false", "0", "n", "no", "off", "False", "OFF\n"};
	static const char *const bad[] = {
		"", "\n", "tru", "2", "truee", "true false", "yess", "-1", "t"};
	CLEANUP_DOC struct doc *off = rig_doc(RIG_LEAST);
	CLEANUP_DOC struct doc *on =
		rig_doc("{'id':'1','name':'x','ingress':{'disablePublicServices':true}}");
	const char *path = "ingress/disablePublicServices";

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		rig_body_take(rig_text(on, path, yes[i]), NULL);
		rig_body_take(rig_text(off, path, yes[i]),
			"{'updateMask':'ingress.disablePublicServices',"
			"'ingress':{'disablePublicServices':true}}");
	}
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		rig_body_take(rig_text(off, path, no[i]), NULL);
		rig_body_take(rig_text(on, path, no[i]),
			"{'updateMask':'ingress.disablePublicServices',"
			"'ingress':{'disablePublicServices':false}}");
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		rig_text_fails(off, path, bad[i], strlen(bad[i]), EINVAL,
			"expected true or false");
}

static const struct {
	const char *path, *text;
	int errnum;
	const char *sentence;
} refusals[] = {
	{"dhcp/dns/servers", "1.1.1.1 foo\n", EINVAL,
		"dhcp/dns/servers: \"foo\" is not an IP address; expected "
		"addresses such as 1.1.1.1, "
		"separated by blanks, commas or newlines"},
	{"dhcp/dns/servers", "1.1.1.1/32", EINVAL, "is not an IP address"},
	{"dhcp/dns/servers", "1.1.1.256", EINVAL, "is not an IP address"},
	{"dhcp/dns/servers", "1.1.1", EINVAL, "is not an IP address"},
	{"dhcp/dns/servers", "01.1.1.1", EINVAL, "is not an IP address"},
	{"dhcp/dns/servers", "1.1.1.1%eth0", EINVAL, "is not an IP address"},
	{"dhcp/dns/servers", "fe80::1%", EINVAL, "is not an IP address"},
	{"vpcPrefixes/pod cidr/value", "fe80::1%eth0/64", EINVAL, "is not a CIDR"},
	{"dhcp/dns/servers", "dns.example.com", EINVAL, "\"dns.example.com\""},
	{"vpcPrefixes/pod cidr/value", "10.0.0.0", EINVAL,
		"expected a CIDR such as 10.0.0.0/13"},
	{"vpcPrefixes/pod cidr/value", "10.0.0.0/", EINVAL, "is not a CIDR"},
	{"vpcPrefixes/pod cidr/value", "10.0.0.0/33", EINVAL, "is not a CIDR"},
	{"vpcPrefixes/pod cidr/value", "10.0.0.0/08", EINVAL, "is not a CIDR"},
	{"vpcPrefixes/pod cidr/value", "10.0.0.0/8/8", EINVAL, "is not a CIDR"},
	{"vpcPrefixes/pod cidr/value", "10.0.0.0/-8", EINVAL, "is not a CIDR"},
	{"vpcPrefixes/pod cidr/value", "::/129", EINVAL, "is not a CIDR"},
	{"vpcPrefixes/pod cidr/value", "10.0.0.0/8 11.0.0.0/8", EINVAL, "is not a CIDR"},
	{"vpcPrefixes/pod cidr/value", "", EINVAL,
		"vpcPrefixes/pod cidr/value: empty; expected"},
	{"vpcPrefixes/new/value", "x", EINVAL,
		"vpcPrefixes/new/value: \"x\" is not a CIDR"},
	{"vpcPrefixes/.new/value", "10.0.0.0/8", EINVAL, "not a valid name"},
	{"vpcPrefixes/%FF/value", "10.0.0.0/8", EINVAL, "not a valid name"},
	{"vpcPrefixes/%/value", "10.0.0.0/8", EINVAL, "not a valid name"},
	{"vpcPrefixes/new/status", "x", ENOENT, "no such file"},
	{"vpcPrefixes/new", "x", ENOENT, "no such file"},
	{"vpcPrefixes/new/x/value", "x", ENOENT, "no such file"},
	{"hostPrefixes/new/type", "PRIMARY", ENOENT, "no such file"},
	{"hostPrefixes/host primary/ipam/prefixLength", "64", ENOENT, "no such file"},
	{"hostPrefixes/host primary/prefixes", " \n", EINVAL, "at least one CIDR"},
	{"hostPrefixes/host primary/prefixes", "10.0.0.0/18,::", EINVAL,
		"\"::\" is not a CIDR"},
	{"hostPrefixes/host primary/type", "primary", EINVAL, "upper-case word"},
	{"hostPrefixes/host primary/type", "A B", EINVAL, "upper-case word"},
	{"hostPrefixes/attached/ipam/prefixLength", "x", EINVAL, "whole number"},
	{"hostPrefixes/attached/ipam/prefixLength", "1.5", EINVAL, "whole number"},
	{"hostPrefixes/attached/ipam/prefixLength", "0x40", EINVAL, "whole number"},
	{"hostPrefixes/attached/ipam/prefixLength", "2147483648", EINVAL, "whole number"},
	{"hostPrefixes/attached/ipam/prefixLength", "99999999999999999999", EINVAL,
		"whole"},
	{"hostPrefix", "", EINVAL, "hostPrefix: empty"},
	{"name", "", EINVAL, "name: empty"},
	{"name", "\n", EINVAL, "name: empty"},
	{"name", "a\n\n", EINVAL, "control characters"},
	{"name", "a\x1b[31m", EINVAL, "\"a?[31m\""},
	{"name", "\xff", EINVAL, "is not a name"},
	{"zone", "a\nb\n", EINVAL, "\"a?b\""},
	{"id", "2\n", EPERM, "id: read-only"},
	{"status", "STATUS_X\n", EPERM, "status: read-only"},
	{"vpc.json", "{}\n", EPERM, "vpc.json: read-only"},
	{".error", "", EPERM, ".error"},
	{"spec.json", "{}", EINVAL, "spec.json"},
	{"dhcp", "x", EISDIR, "dhcp: a directory"},
	{"vpcPrefixes/pod cidr", "x", EISDIR, "a directory"},
	{"no", "x", ENOENT, "no: no such file"},
	{"name/x", "x", ENOTDIR, ""},
};

static void test_refusals(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		rig_text_fails(doc, refusals[i].path, refusals[i].text,
			strlen(refusals[i].text), refusals[i].errnum, refusals[i].sentence);
	rig_text_fails(doc, "name", "a\0b", 3, EINVAL, "NUL");
	rig_text_fails(doc, "dhcp/dns/servers", "\0\0\0\0", 4, EINVAL, "NUL");
}

static void test_too_much(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	CLEANUP_BUF struct buf many = BUF_INIT(RIG_TEXT_MAX);

	for (int i = 0; i < 5000; i++)
		buf_adds(&many, "1.1.1.1\n");
	rig_text_fails(
		doc, "dhcp/dns/servers", many.data, many.len, EINVAL, "more than 4096");
	assert_int_equal(buf_resize(&many, DOC_TEXT_MAX + 1), 0);
	rig_text_fails(doc, "name", many.data, many.len, EINVAL, "too long");
}

/* For each type a value that rig_full does not have. */
static const char *const other[FIELD_ERROR + 1] = {
	[FIELD_STRING] = "other\n",
	[FIELD_ENUM] = "ROUTED\n",
	[FIELD_BOOL] = NULL,
	[FIELD_INT] = "-7\n",
	[FIELD_CIDR] = "192.168.0.0/16\n",
	[FIELD_ADDRESS] = "9.9.9.9\n",
};

static const char *other_of(const struct doc_field *field)
{
	if (!(field->flags & FIELD_LINES))
		return other[field->type];
	return field->type == FIELD_CIDR ? "192.168.0.0/16\n2001:db8::/32\n"
					 : "9.9.9.9\n2001:db8::1\n";
}

static void check_confirmed(const struct change *change, const struct doc *doc,
	const struct doc *next, const char *mask)
{
	CLEANUP_BUF struct buf done = BUF_INIT(1000), missing = BUF_INIT(1000);

	assert_false(change_is_shown(change, doc, &done, &missing));
	assert_string_equal(buf_str(&done), "");
	assert_string_equal(buf_str(&missing), mask);
	assert_true(change_is_shown(change, next, &done, NULL));
	assert_string_equal(buf_str(&done), mask);
}

/* Writing what a file shows changes nothing. Another value is in the request, is shown by the
 * answer, can be read back, and makes the same request when it is saved in spec.json. */
static void round_trip(void *arg, const char *path, const struct doc_field *field)
{
	const struct doc *doc = arg;
	CLEANUP_FREE char *shown = rig_show(doc, path);
	const char *text = other_of(field);
	CLEANUP_CHANGE struct change *change = NULL, *spec_change = NULL;
	CLEANUP_BUF struct buf body = BUF_INIT(RIG_TEXT_MAX),
			       spec_body = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_DOC struct doc *next = NULL;
	struct err err = {""};

	if (field->type == FIELD_SPEC)
		return;
	rig_body_take(rig_text(doc, path, shown), NULL);
	if (field->type == FIELD_BOOL)
		text = strcmp(shown, "true\n") == 0 ? "false\n" : "true\n";
	change = rig_text(doc, path, text);
	assert_string_equal(change_mask(change), field->schema->mask);
	assert_int_equal(change_apply(change, doc, &next, &err), 0);
	assert_false(doc_equal(doc, next));
	check_confirmed(change, doc, next, field->schema->mask);
	rig_shows(next, path, text);
	rig_body_take(rig_text(next, path, text), NULL);
	if (strcmp(path, "hostPrefix") == 0) /* spec.json has hostPrefixes */
		return;
	CLEANUP_FREE char *spec = rig_show(next, "spec.json");

	assert_int_equal(change_spec(doc, doc, spec, strlen(spec), &spec_change, &err), 0);
	assert_int_equal(change_body(change, &body), 0);
	assert_int_equal(change_body(spec_change, &spec_body), 0);
	assert_string_equal(buf_str(&body), buf_str(&spec_body));
}

static void test_round_trip_of_every_field(void **state)
{
	CLEANUP_DOC struct doc *full = rig_doc(rig_full), *least = rig_doc(RIG_LEAST);
	CLEANUP_DOC struct doc *legacy =
		rig_doc("{'id':'1','name':'x','zone':'z','hostPrefix':'10.0.0.0/18'}");

	rig_each_writable(full, round_trip, full);
	rig_each_writable(least, round_trip, least);
	rig_each_writable(legacy, round_trip, legacy);
}

static struct change *appended(const struct doc *doc, const char *path, const char *text)
{
	struct err err = {""};
	struct change *change = NULL;
	int r = change_append(doc, path, text, strlen(text), &change, &err);

	if (r < 0)
		fail_msg("%s: %s (%s)", path, strerror(-r), err.text);
	return change;
}

static void append_fails(const struct doc *doc, const char *path, const char *text,
	int errnum, const char *sentence)
{
	struct err err = {""};
	struct change *change = NULL;

	assert_int_equal(
		change_append(doc, path, text, strlen(text), &change, &err), -errnum);
	if (!strstr(err.text, sentence))
		fail_msg("expected \"%s\" in \"%s\"", sentence, err.text);
}

#define SERVERS(list)                                                                      \
	"{'updateMask':'dhcp.dns.servers','dhcp':{'dns':{'servers':[" list "]}}}"

/* However long the text is, it is appended or refused, and never replaces what is there. */
static void test_append_at_the_limit(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	CLEANUP_FREE char *text = malloc(DOC_TEXT_MAX + 2);
	struct change *change = NULL;
	struct err err = {""};

	memset(text, ' ', DOC_TEXT_MAX + 1);
	memcpy(text, "9.9.9.9", 7);
	text[DOC_TEXT_MAX] = '\0';
	rig_body_take(appended(doc, "dhcp/dns/servers", text),
		SERVERS("'1.1.1.1','8.8.8.8','9.9.9.9'"));
	text[DOC_TEXT_MAX] = ' ';
	assert_int_equal(change_append(doc, "dhcp/dns/servers", text, DOC_TEXT_MAX + 1,
				 &change, &err),
		-EINVAL);
	assert_null(change);
}

static void test_append_to_lists(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full), *least = rig_doc(RIG_LEAST);
	CLEANUP_DOC struct doc *odd =
		rig_doc("{'id':'1','name':'x','dhcp':{'dns':{'servers':['dns.local']}}}");

	rig_body_take(appended(doc, "dhcp/dns/servers", "9.9.9.9\n"),
		SERVERS("'1.1.1.1','8.8.8.8','9.9.9.9'"));
	rig_body_take(
		appended(doc, "dhcp/dns/servers", "8.8.8.8 2001:DB8::1,2001:db8:0::1"),
		SERVERS("'1.1.1.1','8.8.8.8','2001:DB8::1'"));
	rig_body_take(appended(doc, "dhcp/dns/servers", "8.8.8.8\n"), NULL);
	rig_body_take(appended(doc, "dhcp/dns/servers", "\n"), NULL);
	rig_body_take(appended(doc, "dhcp/dns/servers", ""), NULL);
	rig_body_take(appended(least, "dhcp/dns/servers", "9.9.9.9"), SERVERS("'9.9.9.9'"));
	rig_body_take(appended(odd, "dhcp/dns/servers", "9.9.9.9"),
		SERVERS("'dns.local','9.9.9.9'"));
	append_fails(
		doc, "dhcp/dns/servers", "foo\n", EINVAL, "\"foo\" is not an IP address");
	rig_body_take(appended(doc, "hostPrefixes/attached/prefixes", "2601:DB8:CCCC::/48"),
		NULL);
	rig_body_take(appended(doc, "hostPrefixes/attached/prefixes", "\n"), NULL);
}

static void test_append_to_others(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full), *least = rig_doc(RIG_LEAST);

	append_fails(doc, "zone", "X\n", EINVAL, "zone: ");
	append_fails(
		doc, "ingress/disablePublicServices", "true\n", EINVAL, "true or false");
	append_fails(doc, "vpcPrefixes/pod cidr/value", "10.8.0.0/13\n", EINVAL, "a CIDR");
	append_fails(doc, "id", "x\n", EPERM, "read-only");
	append_fails(doc, "dhcp", "x\n", EISDIR, "a directory");
	append_fails(doc, "nothing", "x\n", ENOENT, "no such file");
	append_fails(doc, "spec.json", "{}\n", EINVAL, "spec.json");
	rig_body_take(appended(doc, "id", ""), NULL);
	rig_body_take(appended(doc, "ingress/disablePublicServices", "\n"), NULL);
	rig_body_take(appended(least, "zone", "Z\n"), "{'updateMask':'zone','zone':'Z'}");
	rig_body_take(appended(least, "vpcPrefixes/new/value", "10.0.0.0/8\n"),
		"{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'new','value':'10.0.0."
		"0/8'}]"
		"}");
}

/* The API ignored a change, or somebody else changed the same field. */
static void test_as_before(void **state)
{
	CLEANUP_DOC struct doc *before =
		rig_doc("{'id':'1','name':'a','zone':'z','dhcp':{'dns':"
			"{'servers':['1.1.1.1','2.2.2.2']}}}");
	CLEANUP_DOC struct doc *half = rig_doc("{'id':'1','name':'b','zone':'z','dhcp':{'"
					       "dns':{'servers':['2.2.2.2','1.1.1.1']}"
					       "}}");
	CLEANUP_DOC struct doc *changed =
		rig_doc("{'id':'1','name':'a','zone':'z','dhcp':{'dns':"
			"{'servers':['3.3.3.3']}}}");
	CLEANUP_DOC struct doc *elsewhere = rig_doc(
		"{'id':'1','name':'a','zone':'y','ingress':{'disablePublicServices':true},"
		"'dhcp':{'dns':{'servers':['1.1.1.1','2.2.2.2']}}}");
	CLEANUP_CHANGE struct change *change = rig_spec(before, before,
		"{'name':'b','zone':'z','dhcp':{'dns':{'servers':['9.9.9.9']}}}");

	assert_true(change_is_as_before(change, before, before));
	assert_true(change_is_as_before(change, before, half));
	assert_true(change_is_as_before(change, before, elsewhere));
	assert_false(change_is_as_before(change, before, changed));
}

/* A change that replaces a whole value needs no plan: a document that is out of date gives the same
 * request. */
static void test_out_of_date(void **state)
{
	CLEANUP_DOC struct doc *now = rig_doc(rig_full), *old = rig_doc(RIG_LEAST);
	static const char *const texts[][2] = {{"ingress/disablePublicServices", "on\n"},
		{"dhcp/dns/servers", "9.9.9.9\n"}, {"zone", "Z\n"}, {"name", "n\n"}};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP_BUF struct buf a = BUF_INIT(RIG_TEXT_MAX),
				       b = BUF_INIT(RIG_TEXT_MAX);
		CLEANUP_CHANGE struct change *x = rig_text(now, texts[i][0], texts[i][1]);
		CLEANUP_CHANGE struct change *y = rig_text(old, texts[i][0], texts[i][1]);

		assert_int_equal(change_body(x, &a), 0);
		assert_int_equal(change_body(y, &b), 0);
		assert_string_equal(buf_str(&a), buf_str(&b));
	}
}

static void test_an_answer_in_other_words_is_confirmed(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full), *least = rig_doc(RIG_LEAST);
	CLEANUP_DOC struct doc *answer = rig_doc(
		"{'id':'1063bce6','name':'prod','dhcp':{'dns':{'servers':['2001:db8::1','1."
		"1.1.1']}},"
		"'vpcPrefixes':[{'name':'new','value':'10.8.0.0/13','status':'STATUS_NEW'},"
		"{'name':'service cidr','value':'10.16.0.0/22'},{'name':'pod "
		"cidr','value':'10.0.0.0/13',"
		"'createdAt':'x','more':1}]}");
	CLEANUP_CHANGE struct change *servers =
		rig_text(doc, "dhcp/dns/servers", "1.1.1.1 2001:DB8:0::1");
	CLEANUP_CHANGE struct change *prefix =
		rig_text(doc, "vpcPrefixes/new/value", "10.8.0.9/13");
	CLEANUP_CHANGE struct change *off = rig_text(
					     doc, "egress/disablePublicAccess", "off"),
				     *none = rig_text(doc, "name", "prod");

	assert_true(change_is_shown(servers, answer, NULL, NULL));
	assert_true(change_is_shown(prefix, answer, NULL, NULL));
	assert_false(change_is_shown(prefix, doc, NULL, NULL));
	assert_true(change_is_shown(off, least, NULL, NULL)); /* false is left out */
	assert_true(change_is_shown(none, least, NULL, NULL));
}

static void test_what_only_the_api_sets_survives(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);

	rig_apply_take(&doc, rig_text(doc, "vpcPrefixes/pod cidr/value", "10.8.0.0/13"));
	rig_lists(doc, "vpcPrefixes/pod cidr", "value status createdAt updatedAt ");
	rig_shows(doc, "id", "1063bce6\n");
}

/* A newer API's members of an entry: the list is replaced as a whole, so they are sent back. */
static void test_members_nobody_knows_are_sent_back(void **state)
{
	CLEANUP_DOC struct doc *doc =
		rig_doc("{'id':'1','name':'x','vpcPrefixes':["
			"{'name':'a','value':'10.0.0.0/"
			"16','mode':{'x':[1]},'status':'S','tag':null},"
			"{'name':'b','value':'10.1.0.0/16','pool':'p'}]}");
	struct change *change;
	struct err err = {0};

	rig_body_take(rig_text(doc, "vpcPrefixes/a/value", "10.2.0.0/16"),
		"{'updateMask':'vpcPrefixes','vpcPrefixes':["
		"{'name':'a','value':'10.2.0.0/16','mode':{'x':[1]}},"
		"{'name':'b','value':'10.1.0.0/16','pool':'p'}]}");
	assert_int_equal(rig_rename_prefix(doc, "b", "c", &change, &err), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':["
			      "{'name':'a','value':'10.0.0.0/16','mode':{'x':[1]}},"
			      "{'name':'c','value':'10.1.0.0/16','pool':'p'}]}");
	assert_int_equal(rig_remove_prefix(doc, "b", &change, &err), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':["
			      "{'name':'a','value':'10.0.0.0/16','mode':{'x':[1]}}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_the_same_sends_nothing),
		cmocka_unit_test(test_the_order_of_host_prefixes_counts),
		cmocka_unit_test(test_booleans),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_round_trip_of_every_field),
		cmocka_unit_test(test_append_at_the_limit),
		cmocka_unit_test(test_append_to_lists),
		cmocka_unit_test(test_append_to_others),
		cmocka_unit_test(test_as_before),
		cmocka_unit_test(test_out_of_date),
		cmocka_unit_test(test_an_answer_in_other_words_is_confirmed),
		cmocka_unit_test(test_what_only_the_api_sets_survives),
		cmocka_unit_test(test_members_nobody_knows_are_sent_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
