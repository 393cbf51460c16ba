/* SPDX-License-Identifier: MIT */
/* Answers with values that cannot be read, or only with difficulty: only the VPCs that hold them
 * suffer. */
#include "rig.h"

#include <pthread.h>
#include <stdio.h>

#define STACK_SIZE (512u << 10) /* bytes; the stack of a thread of the driver */

static const char *const unreadable[] = {
	"18446744073709551615",
	"-1234567890123456789012345678901234567890123456789012345678901234567890",
	"1e999",
	"'\\ud800'",
	"'x\\udc00y'",
	"'\xff'",
	"'\xc0\x80'",
	"[[{'a':{'b':1e999}}]]",
	"{'\\ud800':1}",
	"{'a\\u0000b':1}",
};

static int nothing(void *arg, const char *name, const struct doc_field *field)
{
	fail_msg("%s is listed", name);
	return 0;
}

static void check_unreadable(const struct doc *doc)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_DOC struct doc *good = rig_doc(RIG_LEAST);
	struct change *change = rig_text(good, "name", "x"), *none = NULL;
	struct doc *next = NULL;
	struct doc_field field;
	struct err err = {""};

	assert_false(doc_is_readable(doc));
	assert_non_null(strstr(doc_problem(doc), "the id 2 cannot be read: "));
	assert_int_equal(doc_find(doc, "", &field), 0);
	assert_int_equal(doc_find(doc, "name", &field), -EBADMSG);
	assert_int_equal(doc_list(doc, "", nothing, NULL), -EBADMSG);
	assert_int_equal(doc_list(doc, "ingress", nothing, NULL), -EBADMSG);
	assert_int_equal(doc_show(doc, "name", &text), -EBADMSG);
	assert_int_equal(doc_show(doc, "vpc.json", &text), -EBADMSG);
	assert_int_equal(doc_show(doc, "spec.json", &text), -EBADMSG);
	assert_int_equal(change_text(doc, "name", "x", 1, &none, &err), -EBADMSG);
	assert_string_equal(err.text, doc_problem(doc));
	assert_int_equal(change_append(doc, "name", "x", 1, &none, NULL), -EBADMSG);
	assert_int_equal(rig_remove_prefix(doc, "x", &none, NULL), -EBADMSG);
	assert_int_equal(rig_rename_prefix(doc, "x", "y", &none, NULL), -EBADMSG);
	assert_int_equal(change_spec(good, doc, "{}", 2, &none, NULL), -EBADMSG);
	assert_int_equal(change_spec(doc, good, "{}", 2, &none, NULL), -EBADMSG);
	assert_int_equal(change_apply(change, doc, &next, NULL), -EBADMSG);
	assert_false(change_is_shown(change, doc, NULL, NULL));
	assert_false(change_is_as_before(change, good, doc));
	assert_false(doc_has_members_of(doc, good));
	assert_false(doc_equal(doc, good));
	change_free(change);
}

static void list_with(const char *item, struct doc_list *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_FREE char *json = NULL;
	CLEANUP_VAL struct val *rest = NULL;
	struct err err = {""};

	buf_addf(&text,
		"{'items':[{'id':'1','name':'a'}, %s ,{'id':'3','name':'c'}],'n':1}", item);
	json = rig_json(buf_str(&text));
	if (doc_list_from_text(json, strlen(json), "items", ret, &rest, &err) < 0)
		fail_msg("%s: %s", item, err.text);
}

static void test_one_of_a_list(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(unreadable); i++) {
		CLEANUP_DOC_LIST struct doc_list list = {0}, again = {0};
		char item[400];
		struct timespec t;

		snprintf(item, sizeof(item),
			"{'x':[1,{'y':%s}],'zone':'Z','updatedAt':'1970-01-01T00:00:07Z',"
			"'status':4,'id':'2','name':'b','z':'}]'}",
			unreadable[i]);
		list_with(item, &list);
		list_with(item, &again);
		assert_int_equal(list.count, 3);
		assert_string_equal(doc_id(list.docs[1]), "2");
		assert_string_equal(doc_name(list.docs[1]), "b");
		assert_string_equal(doc_status(list.docs[1]), "STATUS_DELETING");
		assert_true(doc_mtime(list.docs[1], "", &t));
		assert_int_equal(t.tv_sec, 7);
		check_unreadable(list.docs[1]);
		assert_true(doc_equal(list.docs[1], again.docs[1]));
		assert_true(doc_is_readable(list.docs[0]));
		rig_shows(list.docs[0], "name", "a\n");
		rig_shows(list.docs[2], "name", "c\n");
	}
}

static void test_the_name_itself(void **state)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};

	list_with("{'name':'\\ud800','id':'2'}", &list);
	assert_string_equal(doc_name(list.docs[1]), "2");
	check_unreadable(list.docs[1]);
}

static void list_refuses(const char *item, const char *sentence)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_FREE char *json = NULL;
	struct doc_list list = {0};
	struct val *rest = NULL;
	struct err err = {""};

	buf_addf(&text, "{'items':[{'id':'1','name':'a'},%s]}", item);
	json = rig_json(buf_str(&text));
	assert_int_equal(
		doc_list_from_text(json, strlen(json), "items", &list, &rest, &err),
		-EBADMSG);
	if (!strstr(err.text, sentence))
		fail_msg("expected \"%s\" in \"%s\"", sentence, err.text);
}

/* A text that is not JSON is refused, and so is an item without an id. */
static void test_the_whole_list(void **state)
{
	list_refuses("{'id':'2','name':'b','x':1e999", "line 1");
	list_refuses("{'id':'2','name':'b','x':1e999,}", "line 1");
	list_refuses("{'id':'2' 'name':'b','x':1e999}", "line 1");
	list_refuses("{'id':'2','name':'b','x':1e999]", "line 1");
	list_refuses("{'id':'2','name':'b','x':01}", "line 1");
	list_refuses("{'id':'2','name':'b','x':nul}", "line 1");
	list_refuses("{'name':'b','x':1e999}", "without an id");
	list_refuses("{'id':'\\ud800','name':'b'}", "without an id");
	list_refuses("1e999", "expected a VPC");
}

static int answer(const char *json, struct doc **ret, struct err *err)
{
	CLEANUP_FREE char *text = rig_json(json);

	return doc_from_answer(text, strlen(text), "vpc", ret, err);
}

static void test_one_vpc(void **state)
{
	CLEANUP_DOC struct doc *bare = NULL, *wrapped = NULL, *good = NULL, *bad = NULL;
	struct err err = {""};

	assert_int_equal(answer("{'id':'2','name':'b','x':1e999}", &bare, &err), 0);
	check_unreadable(bare);
	assert_int_equal(
		answer("{'vpc':{'id':'2', 'name':'b','x':1e999}}", &wrapped, &err), 0);
	check_unreadable(wrapped);
	assert_true(doc_equal(bare, wrapped));
	assert_int_equal(answer("{'vpc':{'id':'2','name':'b'}}", &good, &err), 0);
	rig_shows(good, "name", "b\n");
	assert_int_equal(answer("{'vpc':{'id':'2','name':'b'}", &bad, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "line 1"));
	err_clear(&err);
	assert_int_equal(answer("{'vpc':{'name':'b','x':1e999}}", &bad, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "without an id"));
	err_clear(&err);
	assert_int_equal(answer("{'vpc':[],'x':1e999}", &bad, &err), -EBADMSG);
	assert_string_equal(err.text, "it holds no VPC");
	err_clear(&err);
	assert_int_equal(answer("{}", &bad, &err), -EBADMSG);
	assert_string_equal(err.text, "it holds no VPC");
}

/* NUL is treated like any other control character. */
static void test_nul(void **state)
{
	CLEANUP_DOC struct doc *doc =
		rig_doc("{'id':'1','name':'a\\u0000b','zone':'\\u0000','vpcPrefixes':["
			"{'name':'p\\u0000q','value':'10.0.0.0/"
			"8'},{'name':'p','value':'10.0.0.0/8\\u0000'}"
			",{'name':'p\\u0000','value':'\\u0000'}],"
			"'dhcp':{'dns':{'servers':['1.1.1.1\\u0000','1.1.1.1']}},'list':['"
			"x\\u0000y','x']}");
	CLEANUP_DOC struct doc *other = rig_doc("{'id':'1','name':'a','zone':''}");
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_FREE char *spec = rig_show(doc, "spec.json"),
			  *raw = rig_show(doc, "vpc.json");
	char file[NAME_FILE_MAX];
	struct change *change = NULL;

	name_to_file(doc_name(doc), doc_id(doc), file);
	assert_string_equal(file, "a%00b");
	assert_int_equal(doc_show(doc, "name", &text), 0);
	assert_int_equal(text.len, 4);
	assert_memory_equal(text.data, "a\0b\n", 4);
	rig_lists(doc, "vpcPrefixes", "p%00q/ p/ p%00/ ");
	rig_shows(doc, "vpcPrefixes/p%00q/value", "10.0.0.0/8\n");
	rig_shows(doc, "dhcp/dns/servers", "1.1.1.1%00\n1.1.1.1\n");
	rig_shows(doc, "list", "x%00y\nx\n");
	assert_non_null(strstr(spec, "\"a\\u0000b\""));
	assert_non_null(strstr(raw, "\"p\\u0000\""));
	rig_body_take(rig_spec(doc, doc, spec), NULL);
	rig_body_take(rig_spec(NULL, doc, spec), NULL);
	assert_int_equal(change_text(doc, "name", "a\0b\n", 4, &change, NULL), 0);
	rig_body_take(change, NULL);
	assert_int_equal(rig_remove_prefix(doc, "p%00q", &change, NULL), 0);
	rig_body_take(change,
		"{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'p','value':'10.0.0.0/"
		"8\\u0000'},{'name':'p\\u0000','value':'\\u0000'}]}");
	rig_body_take(rig_text(doc, "vpcPrefixes/n%00/value", "10.0.0.0/8"),
		"{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'p\\u0000q','value':"
		"'10.0.0.0/8'},{'name':'p','value':'10.0.0.0/8\\u0000'},{'name':'p\\u0000',"
		"'value':'\\u0000'},{'name':'n\\u0000','value':'10.0.0.0/8'}]}");
	/* a NUL makes a difference */
	change = rig_text(other, "name", "b");
	change_free(change);
	rig_spec_fails(
		other, other, "{'name':'a\\u0000','zone':'z'}", EINVAL, "name: \"a??\"");
	assert_int_equal(doc_plain_spec("x\xc0\x80y", "z", &text), 0);
	assert_string_equal(text.data + 4, "{\"name\":\"x\\u0000y\",\"zone\":\"z\"}");
}

/* {"id":"1","name":"n","f":{"a":[{"a":[... */
static char *nested(int depth)
{
	struct buf json = BUF_INIT(RIG_TEXT_MAX);

	buf_adds(&json, "{\"id\":\"1\",\"name\":\"n\",\"f\":");
	for (int i = 0; i < depth; i++)
		buf_adds(&json, "{\"a\":");
	buf_adds(&json, "7");
	for (int i = 0; i < depth; i++)
		buf_addc(&json, '}');
	buf_addc(&json, '}');
	return buf_steal(&json);
}

static int count_levels(void *arg, const char *name, const struct doc_field *field)
{
	int *levels = arg;

	if (field->flags & FIELD_UNKNOWN)
		*levels += field->type == FIELD_DIR ? 1 : 100;
	return 0;
}

static void check_levels(const struct doc *doc)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	char path[DOC_PATH_MAX] = "";
	int levels = 0;

	while (levels < 100) {
		assert_int_equal(doc_list(doc, path, count_levels, &levels), 0);
		strcat(path, path[0] ? "/a" : "f");
	}
	assert_int_equal(levels, 100 + DOC_DEPTH_MAX - 1);
	assert_int_equal(doc_show(doc, path, &text), 0);
	assert_memory_equal(text.data, "{\"a\":{\"a\":", 10);
	assert_memory_equal(text.data + text.len - 3, "}}\n", 3);
}

static void *look_at_nested(void *arg)
{
	const char *json = arg;
	CLEANUP_BUF struct buf raw = BUF_INIT(64u << 20);
	CLEANUP_DOC struct doc *doc = NULL, *other = NULL, *next = NULL;
	CLEANUP_CHANGE struct change *change = NULL;

	assert_int_equal(doc_from_answer(json, strlen(json), "vpc", &doc, NULL), 0);
	assert_int_equal(doc_from_answer(json, strlen(json), "vpc", &other, NULL), 0);
	assert_true(doc_is_readable(doc));
	check_levels(doc);
	assert_int_equal(doc_show(doc, "vpc.json", &raw), 0);
	change = rig_text(doc, "dhcp/dns/servers", "1.1.1.1");
	assert_int_equal(change_apply(change, doc, &next, NULL), 0);
	assert_false(doc_equal(doc, next));
	assert_true(doc_equal(doc, other));
	assert_true(doc_has_members_of(doc, other));
	rig_body_take(rig_text(doc, "name", "n"), NULL);
	return NULL;
}

static void test_nesting(void **state)
{
	CLEANUP_FREE char *json = nested(2000);
	pthread_attr_t attr;
	pthread_t thread;

	look_at_nested(json); /* so that what fails on any stack fails here */
	pthread_attr_init(&attr);
	assert_int_equal(pthread_attr_setstacksize(&attr, STACK_SIZE), 0);
	assert_int_equal(pthread_create(&thread, &attr, look_at_nested, json), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
}

static void test_nesting_without_an_end(void **state)
{
	CLEANUP_FREE char *json = nested(100000);
	CLEANUP_BUF struct buf list_text = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_VAL struct val *rest = NULL;
	CLEANUP_DOC struct doc *doc = NULL;

	assert_int_equal(doc_from_answer(json, strlen(json), "vpc", &doc, NULL), 0);
	assert_false(doc_is_readable(doc));
	assert_non_null(strstr(doc_problem(doc), "levels deep"));
	buf_addf(&list_text, "{\"items\":[%s]}", json);
	assert_int_equal(doc_list_from_text(list_text.data, list_text.len, "items", &list,
				 &rest, NULL),
		0);
	assert_true(doc_equal(list.docs[0], doc));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_of_a_list),
		cmocka_unit_test(test_the_name_itself),
		cmocka_unit_test(test_the_whole_list),
		cmocka_unit_test(test_one_vpc),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_nesting_without_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
