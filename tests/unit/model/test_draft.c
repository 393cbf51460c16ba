/* SPDX-License-Identifier: MIT */
/* A draft becomes the body of a POST, or is refused with a message that says why. */
#include "rig.h"

#include <stdio.h>
#include "model/draft.h"

#define FILES_MAX 64

/* A draft made of lines: "PATH/" is a directory, "PATH=TEXT" a file, "PATH@" a link. In the text |
 * stands for a newline; in spec.json ' stands for ". */
struct tree {
	char *lines; /* owned */
	struct draft_file files[FILES_MAX];
	size_t count;
};

static void tree_release(struct tree *tree)
{
	free(tree->lines);
}

static void tree_add(struct tree *tree, char *line)
{
	struct draft_file *file = &tree->files[tree->count++];
	char *text = strchr(line, '=');
	bool is_spec = strncmp(line, "spec.json=", 10) == 0;

	assert_true(tree->count <= FILES_MAX);
	*file = (struct draft_file){
		.path = line, .is_other = line[strlen(line) - 1] == '@'};
	file->is_dir = !text && !file->is_other;
	if (!text) {
		line[strlen(line) - 1] = '\0';
		return;
	}
	*text++ = '\0';
	file->text = text;
	file->len = strlen(text);
	for (; *text; text++) {
		if (*text == '|')
			*text = '\n';
		if (*text == '\'' && is_spec)
			*text = '"';
	}
}

static struct tree tree_make(const char *lines)
{
	struct tree tree = {.lines = strdup(lines)};
	char *save = NULL;

	for (char *line = strtok_r(tree.lines, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save))
		tree_add(&tree, line);
	return tree;
}

/* body has ' in place of ". */
static void posts(const char *lines, const char *zone, const char *body)
{
	CLEANUP(tree_release) struct tree tree = tree_make(lines);
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_FREE char *expected = rig_json(body);
	struct err err = {""};

	if (draft_read(tree.files, tree.count, "new", zone, &text, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf_str(&text), expected);
}

static void refused(const char *lines, const char *zone, int errnum, const char *sentence)
{
	CLEANUP(tree_release) struct tree tree = tree_make(lines);
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	struct err err = {""};
	int r = draft_read(tree.files, tree.count, "new", zone, &text, &err);

	if (r != -errnum || !strstr(err.text, sentence))
		fail_msg(
			"%s\nexpected \"%s\" in \"%s\" (%d)", lines, sentence, err.text, r);
	assert_int_equal(text.len, 0);
}

static void test_claims(void **state)
{
	static const char *const yes[] = {"id", "name", "zone", "status", "createdAt",
		"hostPrefix", "hostPrefixes", "hostPrefixes/a b", "hostPrefixes/a/ipam",
		"hostPrefixes/a/ipam/prefixLength", "vpcPrefixes/x~1/value",
		"vpcPrefixes/*/status", "dhcp", "dhcp/dns/servers", "spec.json", "vpc.json",
		".error"};
	static const char *const no[] = {"", "notes", "*", "vpcPrefixes/x/name", "zone/x",
		"vpcPrefixes/x/value/y", "dhcp/x", "dhcp/*", "/zone", "zone/", "labels/a",
		"spec.json~"};

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		assert_true(draft_claims(yes[i], true));
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		assert_false(draft_claims(no[i], true));
	assert_true(draft_claims("zone", false));
	assert_false(draft_claims("vpcPrefixes/notes.txt", false));
	assert_false(draft_claims("hostPrefixes/notes", false));
}

static void test_empty(void **state)
{
	posts("", "Z", "{'name':'new','zone':'Z'}");
	refused("", NULL, EINVAL, "a VPC needs a zone");
	refused("", "", EINVAL, "-o zone=ZONE");
	refused("", "\xff", EINVAL, "must be UTF-8");
	refused("dhcp/dns/servers=\n", "\xff", EINVAL, "must be UTF-8");
}

#define SPEC(more) "spec.json={'name':'other','zone':'Z'" more "}|\n"

static void test_a_file_beside_the_entries_is_no_entry(void **state)
{
	posts("zone=Z|\nvpcPrefixes/notes.txt=x\nhostPrefixes/notes=|\n", NULL,
		"{'name':'new','zone':'Z'}");
	posts("zone=Z|\nvpcPrefixes/\nvpcPrefixes/notes.txt=x\nvpcPrefixes/p/value="
	      "10.0.0.0/8\n",
		NULL,
		"{'name':'new','zone':'Z','vpcPrefixes':[{'name':'p','value':'10.0.0.0/"
		"8'}]}");
	refused("vpcPrefixes/notes.txt=x\n", "Z", EIO, "the draft sets no field");
}

static void test_a_spec(void **state)
{
	posts(SPEC(""), NULL, "{'name':'new','zone':'Z'}");
	posts(SPEC(""), "Y", "{'name':'new','zone':'Z'}");
	posts("spec.json={'zone':'Z','dhcp':{'dns':{'servers':['1.1.1.1']}},'ingress':{},"
	      "'egress':{'disablePublicAccess':true},'vpcPrefixes':[{'name':'p','value':"
	      "'10.0.0.0/8'}]}\n",
		NULL,
		"{'name':'new','zone':'Z','vpcPrefixes':[{'name':'p','value':'10.0.0.0/"
		"8'}],"
		"'egress':{'disablePublicAccess':true},'dhcp':{'dns':{'servers':['1.1.1.1']"
		"}}}");
	posts("spec.json={'name':'x'}\nzone=Z|\n", "Y", "{'name':'new','zone':'Z'}");
	posts("spec.json={'name':'x','zone':null}\nzone=Z|\n", "Y",
		"{'name':'new','zone':'Z'}");
	refused("spec.json={'name':'x'}\n", "Y", EIO, "zone is missing");
	refused("spec.json={'zone':''}\n", NULL, EIO,
		"spec.json line 1 column 2: zone: empty; expected one line of text");
}

static void test_files(void **state)
{
	posts("zone=Z|\n", "Y", "{'name':'new','zone':'Z'}");
	posts("zone=Z\nname=old|\nid=7|\nstatus=STATUS_READY|\ncreatedAt=x\nvpc.json=[\n"
	      ".error=no\nnotes=mine\nlabels/\nlabels/zone=Q|\n",
		NULL, "{'name':'new','zone':'Z'}");
	posts("dhcp/\ndhcp/dns/\ndhcp/dns/servers=1.1.1.1 2.2.2.2|\n", "Y",
		"{'name':'new','dhcp':{'dns':{'servers':['1.1.1.1','2.2.2.2']}},'zone':'Y'"
		"}");
	posts("dhcp/dns/servers=\ningress/disablePublicServices=on|\nzone=Z|\n", NULL,
		"{'name':'new','zone':'Z','ingress':{'disablePublicServices':true},"
		"'dhcp':{'dns':{'servers':[]}}}");
	posts("zone=Z|\nvpcPrefixes/\nvpcPrefixes/pod cidr/\nvpcPrefixes/pod cidr/value="
	      "10.0.0.0/13|\nvpcPrefixes/pod "
	      "cidr/status=STATUS_AVAILABLE|\nvpcPrefixes/a%2Fb/"
	      "value=10.8.0.0/13\n",
		NULL,
		"{'name':'new','zone':'Z','vpcPrefixes':[{'name':'pod "
		"cidr','value':'10.0.0.0/13"
		"'},{'name':'a/b','value':'10.8.0.0/13'}]}");
	refused("dhcp/dns/servers=\n", NULL, EIO, "zone is missing: expected a file zone");
}

#define HOST                                                                               \
	"hostPrefixes/\nhostPrefixes/h/\nhostPrefixes/h/type=ATTACHED|\n"                  \
	"hostPrefixes/h/prefixes=2001:db8::/48|\nhostPrefixes/h/ipam/\n"                   \
	"hostPrefixes/h/ipam/prefixLength=64|\n"                                           \
	"hostPrefixes/h/ipam/gatewayAddressPolicy=UNSPECIFIED|\n"
#define HOST_JSON                                                                          \
	"'hostPrefixes':[{'name':'h','type':'ATTACHED','prefixes':['2001:db8::/48'],"      \
	"'ipam':{'prefixLength':64}}]"

static void test_host_prefixes(void **state)
{
	posts("zone=Z|\n" HOST, NULL, "{'name':'new','zone':'Z'," HOST_JSON "}");
	/* hostPrefix counts only where there are no host prefixes otherwise */
	posts(SPEC("," HOST_JSON) HOST "hostPrefix=10.0.0.0/8|\n", NULL,
		"{'name':'new','zone':'Z'," HOST_JSON "}");
	posts(SPEC(",'hostPrefix':'10.0.0.0/8'") HOST, NULL,
		"{'name':'new','zone':'Z'," HOST_JSON "}");
	posts(SPEC(",'hostPrefix':'10.0.0.0/8'") "hostPrefixes/\nhostPrefix=10.0.0.0/8|\n",
		NULL, "{'name':'new','zone':'Z','hostPrefix':'10.0.0.0/8'}");
	posts("zone=Z\nhostPrefix=10.0.0.0/8|\n", NULL,
		"{'name':'new','zone':'Z','hostPrefix':'10.0.0.0/8'}");
	refused(SPEC(",'hostPrefix':'10.0.0.0/8'") "hostPrefix=10.1.0.0/16|\n", NULL, EIO,
		"spec.json line 1 column 28: hostPrefix has \"10.0.0.0/8\", the file "
		"hostPrefix "
		"has \"10.1.0.0/16\"");
}

/* A copy of what a VPC shows makes the same VPC. */
struct copy {
	const struct doc *doc;
	const char *dir;
	struct buf *lines;
};

static int copy_entry(void *arg, const char *name, const struct doc_field *field)
{
	const struct copy *copy = arg;
	struct copy below = *copy;
	CLEANUP_FREE char *text = NULL;
	char path[DOC_PATH_MAX];

	snprintf(path, sizeof(path), "%s%s%s", copy->dir, copy->dir[0] ? "/" : "", name);
	below.dir = path;
	if (field->type == FIELD_DIR) {
		buf_addf(copy->lines, "%s/\n", path);
		return doc_list(copy->doc, path, copy_entry, &below);
	}
	text = rig_show(copy->doc, path);
	for (char *p = text; (p = strchr(p, '\n'));)
		*p = '|';
	return buf_addf(copy->lines, "%s=%s\n", path, text);
}

static void test_a_copy(void **state)
{
	static const char *const docs[] = {rig_full,
		"{'id':'1','name':'p','zone':'Z','hostPrefix':'10.0.0.0/"
		"8','status':3,'vpcPrefixes"
		"':[{'name':'x','value':'10.0.0.0/8'},{'name':'x','value':'11.0.0.0/8'},"
		"{'name':'x','value':'11.0.0.0/8'},{'name':'y z','value':'12.0.0.0/"
		"8'}]}"};

	for (size_t i = 0; i < ARRAY_LEN(docs); i++) {
		CLEANUP_DOC struct doc *doc = rig_doc(docs[i]);
		CLEANUP_BUF struct buf lines = BUF_INIT(RIG_TEXT_MAX),
				       body = BUF_INIT(RIG_TEXT_MAX);
		struct copy copy = {.doc = doc, .dir = "", .lines = &lines};
		struct err err = {""};
		bool shown;

		assert_int_equal(doc_list(doc, "", copy_entry, &copy), 0);
		CLEANUP(tree_release) struct tree tree = tree_make(buf_str(&lines));

		if (draft_read(tree.files, tree.count, doc_name(doc), NULL, &body, &err) <
			0)
			fail_msg("%s", err.text);
		assert_int_equal(doc_shows_body(doc, body.data, body.len, &shown), 0);
		assert_true(shown);
		/* the same without spec.json */
		for (size_t n = 0; n < tree.count; n++) {
			if (strcmp(tree.files[n].path, "spec.json") == 0)
				tree.files[n].path = "notes";
		}
		buf_release(&body);
		assert_int_equal(draft_read(tree.files, tree.count, doc_name(doc), NULL,
					 &body, &err),
			0);
		assert_int_equal(doc_shows_body(doc, body.data, body.len, &shown), 0);
		assert_true(shown);
	}
}

static void test_names_that_repeat(void **state)
{
	posts("zone=Z\nvpcPrefixes/x~7/value=10.0.0.0/8\nvpcPrefixes/x~9/value=11.0.0.0/8\n"
	      "vpcPrefixes/y~9/value=12.0.0.0/8\n",
		NULL,
		"{'name':'new','zone':'Z','vpcPrefixes':[{'name':'x','value':'10.0.0.0/8'},"
		"{'name':'x','value':'11.0.0.0/8'},{'name':'y~9','value':'12.0.0.0/8'}]}");
	posts(SPEC(",'vpcPrefixes':[{'name':'x','value':'11.0.0.0/8'},{'name':'x','value':"
		   "'10.0.0.0/8'}]") "vpcPrefixes/x~7/value=10.0.0.0/8\nvpcPrefixes/x~9/"
				     "value=11.0.0.0/8\n",
		NULL,
		"{'name':'new','zone':'Z','vpcPrefixes':[{'name':'x','value':'11.0.0.0/8'},"
		"{'name':'x','value':'10.0.0.0/8'}]}");
}

static void test_both_say_the_same(void **state)
{
	posts(SPEC(",'dhcp':{'dns':{'servers':['1.1.1.1','2.2.2.2']}},'ingress':{"
		   "'disablePublicServices':true},'vpcPrefixes':[{'name':'p','value':"
		   "'10.0.0.0/8'},{'name':'q','value':'11.0.0.0/8'}]") "name=older\nzone=Z|"
								       "\ndhcp/dns/"
								       "servers=2.2.2.2|1."
								       "1.1.1|\n"
								       "ingress/"
								       "disablePublicServic"
								       "es=1\negress/"
								       "disablePublicAccess"
								       "=true\n"
								       "vpcPrefixes/"
								       "\nvpcPrefixes/q/"
								       "value=11.0.0.0/"
								       "8|\nvpcPrefixes/p/"
								       "value=10.7.0.0/"
								       "8|\n",
		NULL,
		"{'name':'new','zone':'Z','vpcPrefixes':[{'name':'p','value':'10.0.0.0/8'},"
		"{'name':'q','value':'11.0.0.0/"
		"8'}],'ingress':{'disablePublicServices':true},"
		"'egress':{'disablePublicAccess':true},'dhcp':{'dns':{'servers':['1.1.1.1',"
		"'2.2.2.2']}}}");
}

static void test_both_differ(void **state)
{
	refused(SPEC("") "zone=Y|\n", NULL, EIO,
		"spec.json line 1 column 17: zone has \"Z\", the file zone has \"Y\"; "
		"expected "
		"the same in both: remove the file zone, or zone from spec.json");
	refused("spec.json={'zone':'Z',|  'ingress':{'disablePublicServices':false},|  "
		"'dhcp':{"
		"'dns':{'servers':['1.1.1.1','2.2.2.2']}}}|\ningress/"
		"disablePublicServices=y\n"
		"dhcp/dns/servers=2.2.2.2 3.3.3.3\n",
		NULL, EIO,
		"spec.json line 2 column 14: ingress.disablePublicServices has false, the "
		"file "
		"ingress/disablePublicServices has true; expected the same in both: remove "
		"the "
		"file ingress/disablePublicServices, or ingress.disablePublicServices from "
		"spec.json\nspec.json line 3 column 18: dhcp.dns.servers has "
		"[\"1.1.1.1\"], the "
		"file dhcp/dns/servers has [\"3.3.3.3\"]");
	/* an empty directory is the whole list */
	refused(SPEC(",'vpcPrefixes':[{'name':'p','value':'10.0.0.0/8'}]") "vpcPrefixes/\n",
		NULL, EIO,
		"vpcPrefixes has [{\"name\":\"p\",\"value\":\"10.0.0.0/8\"}], the "
		"directory "
		"vpcPrefixes has []; expected the same in both: remove the directory "
		"vpcPrefixes, or");
	refused(SPEC(",'vpcPrefixes':[]") "vpcPrefixes/p/value=10.0.0.0/8\n", NULL, EIO,
		"vpcPrefixes has [], the directory vpcPrefixes has [{");
	refused(SPEC("," HOST_JSON) "hostPrefixes/\n", NULL, EIO,
		"the directory hostPrefixes");
}

/* A number of an enum that has no name is shown as it is, so it is a number when it is read. */
static void test_a_number_of_an_enum(void **state)
{
	static const char body[] =
		"{'name':'new','zone':'Z','hostPrefixes':[{'name':'h','type':7,'prefixes':["
		"'10.0.0.0/8'],'ipam':{'prefixLength':64,'gatewayAddressPolicy':9}}]}";
	static const char files[] = "zone=Z\nhostPrefixes/h/type=7|\n"
				    "hostPrefixes/h/prefixes=10.0.0.0/8\n"
				    "hostPrefixes/h/ipam/prefixLength=64\n"
				    "hostPrefixes/h/ipam/gatewayAddressPolicy=9|\n";
	char both[1024];

	posts(files, NULL, body);
	snprintf(both, sizeof(both), "%sspec.json=%s\n", files, body);
	posts(both, NULL, body);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *lines, *sentence;
	} bad[] = {
		{"zone=\n", "zone: empty; expected one line of text"},
		{"zone=Z\ndhcp/dns/servers=1.1.1.1|foo\n",
			"dhcp/dns/servers line 2: \"foo\" is not an IP address; expected"},
		{"zone=Z\ningress/disablePublicServices=maybe|\n",
			"expected true or false"},
		{"zone=Z\nvpcPrefixes/p/\n",
			"vpcPrefixes/p: an entry without its value; expected a file "
			"vpcPrefixes/p/value"},
		{"vpcPrefixes/p/\nzone=Z\nvpcPrefixes/p/status=STATUS_AVAILABLE\n",
			"vpcPrefixes/p: an entry without its value"},
		{"zone=Z\nvpcPrefixes/p/value=\n",
			"vpcPrefixes/p/value: empty; expected a CIDR"},
		{"zone=Z\nhostPrefixes/h/type=PRIMARY\n",
			"expected a file hostPrefixes/h/prefixes"},
		{"zone=Z\nhostPrefixes/h/type=PRIMARY\nhostPrefixes/h/prefixes=10.0.0.0/8\n"
		 "hostPrefixes/h/ipam/\n",
			"expected a file hostPrefixes/h/ipam/prefixLength"},
		{"zone=Z\nvpcPrefixes/.p/value=10.0.0.0/8\n",
			"vpcPrefixes/.p: not a valid name"},
		{"zone=Z\nvpcPrefixes/%/value=10.0.0.0/8\n",
			"vpcPrefixes/%: not a valid name"},
		{"zone/\n", "zone: a directory; expected a file"},
		{"zone=Z\nvpcPrefixes=x\n", "vpcPrefixes: a file; expected a directory"},
		{"spec.json/\n", "spec.json: a directory; expected a file"},
		{"zone=Z\ndhcp/dns/servers@\n",
			"dhcp/dns/servers: a link or a special file; expected a file"},
		{"zone=Z\nvpcPrefixes@\n", "vpcPrefixes: a file; expected a directory"},
		{"spec.json=\n",
			"spec.json: the text is empty; expected a whole JSON object"},
		{"spec.json={\n", "spec.json line 1 column 1: "},
		{"spec.json={'zone':'Z',|'x':1}\n",
			"spec.json line 2 column 1: x: unknown field"},
		{"spec.json={'zone':'Z','id':'1'}\n",
			"id: read-only: the API sets it; leave it out"},
		{"spec.json={'zone':7}\n", "zone: expected a string, not a number"},
		{"spec.json={'zone':'Z','name':7}\n",
			"name: expected a string, not a number"},
		{"spec.json={'zone':'Z','vpcPrefixes':[{'name':'p'}]}\n",
			"vpcPrefixes[0].value: missing"},
		{"spec.json={'zone':'Z','vpcPrefixes':[{'name':'p','value':'x'}]}\n",
			"vpcPrefixes[0].value: \"x\" is not a CIDR"},
		{"notes=x\n", "the draft sets no field: expected spec.json, or files"},
		{"name=x\n", "the draft sets no field"},
		{"vpc.json={}\nid=1\n", "the draft sets no field"},
		{"vpcPrefixes/\n", "the draft sets no field"},
		{"prod/\nprod/id=1|\nprod/zone=Z|\n",
			"but prod/ has some: was the tree copied one level too deep? "
			"Move prod itself"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		refused(bad[i].lines, "Y", EIO, bad[i].sentence);
}

static void shows(const char *doc_json, const char *body_json, bool expected)
{
	CLEANUP_DOC struct doc *doc = rig_doc(doc_json);
	CLEANUP_FREE char *body = rig_json(body_json);
	bool shown = !expected;

	assert_int_equal(doc_shows_body(doc, body, strlen(body), &shown), 0);
	assert_int_equal(shown, expected);
}

static void test_shows_body(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	bool shown;

	shows(rig_full, "{'name':'prod','zone':'US-EAST-04A'}", true);
	shows(rig_full, "{'name':'prod','zone':'Z'}", false);
	shows(rig_full, "{'name':'x','zone':'US-EAST-04A'}", false);
	shows(rig_full,
		"{'name':'prod','dhcp':{'dns':{'servers':['8.8.8.8','1.1.1.1']}},'ingress':"
		"{"
		"'disablePublicServices':false}}",
		true);
	shows(rig_full, "{'egress':{'disablePublicAccess':false}}", false);
	shows(rig_full, "{'vpcPrefixes':[]}", false);
	shows(RIG_LEAST, "{'vpcPrefixes':[],'dhcp':{'dns':{'servers':[]}}}", true);
	assert_int_equal(doc_shows_body(doc, "[]", 2, &shown), -EINVAL);
	assert_int_equal(doc_shows_body(doc, "{", 1, &shown), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_a_file_beside_the_entries_is_no_entry),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_a_spec),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_host_prefixes),
		cmocka_unit_test(test_a_copy),
		cmocka_unit_test(test_names_that_repeat),
		cmocka_unit_test(test_both_say_the_same),
		cmocka_unit_test(test_both_differ),
		cmocka_unit_test(test_a_number_of_an_enum),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_shows_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
