/* SPDX-License-Identifier: MIT */
/* The text of a list answer as documents. The result is the same as if the whole text were parsed
 * first. */
#include "rig.h"

#include <stdio.h>

/* ' stands for ". */
static int list_try(
	const char *json, struct doc_list *ret, struct val **ret_rest, struct err *err)
{
	CLEANUP_FREE char *text = rig_json(json);

	return doc_list_from_text(text, strlen(text), "items", ret, ret_rest, err);
}

/* Checks that the answer has these ids, each followed by a blank, and this token. */
static void list_has(const char *json, const char *ids, const char *token)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_VAL struct val *rest = NULL;
	CLEANUP_BUF struct buf found = BUF_INIT(RIG_TEXT_MAX);
	struct err err = {""};
	const char *next;

	if (list_try(json, &list, &rest, &err) < 0)
		fail_msg("%s: %s", json, err.text);
	for (size_t i = 0; i < list.count; i++)
		buf_addf(&found, "%s ", doc_id(list.docs[i]));
	assert_string_equal(buf_str(&found), ids);
	assert_true(val_is_array(val_member(rest, "items")));
	next = val_text(val_member(rest, "next"));
	assert_string_equal(next ? next : "", token);
}

static void list_fails(const char *json, const char *sentence)
{
	struct doc_list list = {0};
	struct val *rest = NULL;
	struct err err = {""};

	assert_int_equal(list_try(json, &list, &rest, &err), -EBADMSG);
	if (!strstr(err.text, sentence))
		fail_msg("%s: expected \"%s\" in \"%s\"", json, sentence, err.text);
	assert_int_equal(list.count, 0);
	assert_null(list.docs);
	assert_null(rest);
}

#define A "{'id':'1','name':'a'}"
#define B "{'id':'2','name':'b'}"

static void test_answers(void **state)
{
	list_has("{'items':[]}", "", "");
	list_has("{'items':[" A "]}", "1 ", "");
	list_has(
		" {\n\t'items' : [ " A " ,\r\n " B "\n]\n, 'next' : 't' } \n", "1 2 ", "t");
	list_has("{'next':'t','items':[" A "," B "]}", "1 2 ", "t");
	list_has("{'a':[1,{'items':[3]}],'b':-1.5e3,'c':null,'items':[" B "]}", "2 ", "");
	/* Text in strings that looks like the end of the array, or like its key. */
	list_has("{'x':'\\'items\\':[','items':[{'id':']','name':'}],{\\'','new':[[{}]]}]}",
		"] ", "");
	list_has("{'it\\u0065ms':[" A "]}", "1 ", "");
	/* A repeated key: the last one counts, as in any other answer. */
	list_has("{'items':[" A "],'items':[" B "]}", "2 ", "");
	list_has("{'items':[" A "],'items':[]}", "", "");
	list_has("{'items':7,'items':[" B "]}", "2 ", "");
	list_has("{'next':'t','items':[" A "],'next':'u'}", "1 ", "u");
}

static void list_is_empty(const char *json)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_VAL struct val *rest = NULL;
	struct err err = {""};

	if (list_try(json, &list, &rest, &err) < 0)
		fail_msg("%s: %s", json, err.text);
	assert_int_equal(list.count, 0);
	assert_true(val_is_object(rest));
}

/* ProtoJSON leaves an empty list out. */
static void test_no_vpcs(void **state)
{
	list_is_empty("{}");
	list_is_empty(" { }\n");
	list_is_empty("{'items':null}");
	list_is_empty("{'items':[],'code':null}");
	list_is_empty("{'items':[" A "],'items':null}");
}

static void test_ill_answers(void **state)
{
	list_fails("", "line 1");
	list_fails("{'items':[" A "]", "line 1");
	list_fails("{'items':[\n" A "\n" B "]}", "line 3 column 1");
	list_fails("{'items':[" A ",]}", "line 1");
	list_fails("{'items':[" A "],}", "line 1");
	list_fails("{'items':[" A "]}x", "line 1");
	list_fails("{'items':[" A "]]", "line 1");
	list_fails("{'items' [" A "]}", "line 1");
	list_fails("{7:[" A "]}", "line 1");
	list_fails("{'items':[" A "]} {}", "line 1");
	list_fails("[" A "]", "no array \"items\"");
	list_fails("{'items':{}}", "no array \"items\"");
	list_fails("{'vpcs':[" A "]}", "no array \"items\"");
	list_fails("{'code':5,'message':'no'}", "no array \"items\"");
	list_fails("{'items':[" A "],'code':'not_found'}", "no array \"items\"");
	list_fails("{'items':[],'error':{'code':5}}", "no array \"items\"");
	list_fails("null", "no array \"items\"");
	list_fails("{'items':[" A ",7]}", "expected a VPC");
	list_fails("{'items':[" A "," A "]}", "two VPCs have the id 1");
}

static void test_bytes_behind_a_nul(void **state)
{
	static const char text[] = "{\"items\":[]}\0";
	struct doc_list list = {0};
	struct val *rest = NULL;

	assert_int_equal(
		doc_list_from_text(text, sizeof(text), "items", &list, &rest, NULL),
		-EBADMSG);
}

/* Documents keep their part of the text, with the blanks, quotes and backslashes in their
 * strings. */
static void test_text_is_kept(void **state)
{
	static const char text[] =
		"{\"items\" : [ {\t\"id\" : \"1\", \"name\":\" a  b \" ,\n\"x\": \"\\\"  "
		"\\\\\","
		"\"y\" : [ 1.10 , \"\\\\\\\" \" , { } ], \"z\": 1, \"z\": 2 } ] }";
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_VAL struct val *rest = NULL, *whole = NULL;
	CLEANUP_DOC struct doc *doc = NULL;

	assert_int_equal(
		doc_list_from_text(text, strlen(text), "items", &list, &rest, NULL), 0);
	rig_shows(list.docs[0], "vpc.json",
		"{\n  \"id\": \"1\",\n  \"name\": \" a  b \",\n  \"x\": \"\\\"  \\\\\",\n"
		"  \"y\": [\n    1.1000000000000001,\n    \"\\\\\\\" \",\n    {}\n  ],\n  "
		"\"z\": "
		"2\n}\n");
	assert_int_equal(val_parse(text, strlen(text), 0, &whole, NULL), 0);
	assert_int_equal(
		doc_from_val(val_item(val_member(whole, "items"), 0), &doc, NULL), 0);
	assert_true(doc_equal(list.docs[0], doc));
}

static void test_long_answer(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_VAL struct val *rest = NULL;
	char id[24];

	buf_adds(&text, "{\"items\":[");
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "%s{\"id\":\"%d\",\"name\":\"v%d\",\"n\":%d}", i ? "," : "",
			i, i, i);
	buf_adds(&text, "]}");
	assert_int_equal(
		doc_list_from_text(text.data, text.len, "items", &list, &rest, NULL), 0);
	assert_int_equal(list.count, 1000);
	/* Far more documents than are kept parsed at a time, forwards and backwards. */
	for (int i = 0; i < 2000; i++) {
		int n = i < 1000 ? i : 1999 - i;

		snprintf(id, sizeof(id), "%d", n);
		assert_string_equal(doc_id(list.docs[n]), id);
		strcat(id, "\n");
		rig_shows(list.docs[n], "n", id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_vpcs),
		cmocka_unit_test(test_ill_answers),
		cmocka_unit_test(test_bytes_behind_a_nul),
		cmocka_unit_test(test_text_is_kept),
		cmocka_unit_test(test_long_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
