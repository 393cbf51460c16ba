/* SPDX-License-Identifier: MIT */
/* Many threads read one document at the same time; most useful under -Db_sanitize=thread. */
#include "rig.h"

#include <pthread.h>
#include <stdio.h>

#define THREADS 4
#define ROUNDS	200
#define DOCS	100 /* more than are kept parsed at a time */

static void *read_all(void *arg)
{
	struct doc *doc = doc_ref(arg);
	const char *spec = "{\"name\":\"prod\",\"zone\":\"US-EAST-04A\"}";
	long bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
		CLEANUP_CHANGE struct change *change = NULL, *whole = NULL;
		CLEANUP_DOC struct doc *next = NULL;
		struct timespec t;

		bad += doc_show(doc, "spec.json", &text) != 0;
		bad += doc_show(doc, "vpc.json", &text) != 0;
		bad += doc_show(doc, "vpcPrefixes/pod cidr/value", &text) != 0;
		bad += !doc_mtime(doc, "name", &t);
		bad += change_text(doc, "dhcp/dns/servers", "9.9.9.9", 7, &change, NULL) !=
		       0;
		bad += change_spec(doc, doc, spec, strlen(spec), &whole, NULL) != 0;
		bad += change_apply(whole, doc, &next, NULL) != 0;
		bad += change_is_shown(change, doc, NULL, NULL);
		bad += doc_equal(doc, next);
	}
	doc_unref(doc);
	return (void *)bad;
}

static void test_readers(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	pthread_t threads[THREADS];
	void *bad;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_all, doc), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
}

static struct doc *numbered_doc(int n)
{
	char json[64];

	snprintf(json, sizeof(json), "{'id':'%d','name':'v','n':%d}", n, n);
	return rig_doc(json);
}

static bool shows_number(const struct doc *doc)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	char expected[24];

	snprintf(expected, sizeof(expected), "%s\n", doc_id(doc));
	return doc_show(doc, "n", &text) == 0 && strcmp(buf_str(&text), expected) == 0;
}

/* Reads documents that other threads read, and some of its own that come and go. */
static void *read_many(void *arg)
{
	struct doc **docs = arg;
	long bad = 0;

	for (int i = 0; i < 20 * DOCS; i++) {
		CLEANUP_DOC struct doc *own = numbered_doc(1000 + i);

		bad += !shows_number(docs[i % DOCS]);
		bad += !shows_number(docs[i % 3]);
		bad += !shows_number(own);
	}
	return (void *)bad;
}

static void test_documents_are_not_mixed_up(void **state)
{
	struct doc *docs[DOCS];
	pthread_t threads[THREADS];
	void *bad;

	for (int i = 0; i < DOCS; i++)
		docs[i] = numbered_doc(i);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_many, docs), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
	for (int i = 0; i < DOCS; i++)
		doc_unref(docs[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readers),
		cmocka_unit_test(test_documents_are_not_mixed_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
