/* SPDX-License-Identifier: MIT */
/* Every allocation of jansson fails once: -ENOMEM comes back, nothing leaks (under the sanitizer), nothing is half done. */
#include "rig.h"

#include <jansson.h>
#include <stdio.h>

#define ALLOCATIONS_MAX 5000

static long left = -1; /* allocations until one fails; below 0: none does */

static void *failing_malloc(size_t size)
{
	return left >= 0 && left-- == 0 ? NULL : malloc(size);
}

struct scene {
	struct val *val;
	struct doc *doc, *now;
	char *spec;
	struct change *change;
};

typedef int (*act_fn)(const struct scene *scene);

static int act_doc(const struct scene *scene)
{
	CLEANUP_DOC struct doc *doc = NULL;

	return doc_from_val(scene->val, &doc, NULL);
}

static int act_draft(const struct scene *scene)
{
	CLEANUP_DOC struct doc *doc = NULL;

	return doc_new_draft("n", "z", &doc, NULL);
}

static int show(const struct doc *doc, const char *path)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	int r = doc_show(doc, path, &text);

	if (r < 0)
		assert_int_equal(text.len, 0);
	return r;
}

static int act_show_spec(const struct scene *scene)
{
	return show(scene->doc, "spec.json");
}

static int act_show_raw(const struct scene *scene)
{
	return show(scene->doc, "vpc.json");
}

static int act_show_number(const struct scene *scene)
{
	return show(scene->doc, "hostPrefixes/attached/ipam/prefixLength");
}

static int change(const struct scene *scene, const char *path, const char *text)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return change_text(scene->doc, path, text, strlen(text), &made, NULL);
}

static int act_text(const struct scene *scene)
{
	return change(scene, "vpcPrefixes/pod cidr/value", "10.8.0.0/13");
}

static int act_text_new(const struct scene *scene)
{
	return change(scene, "vpcPrefixes/new/value", "10.8.0.0/13");
}

static int act_text_list(const struct scene *scene)
{
	return change(scene, "dhcp/dns/servers", "9.9.9.9 8.8.8.8 7.7.7.7");
}

static int act_text_int(const struct scene *scene)
{
	return change(scene, "hostPrefixes/attached/ipam/prefixLength", "80");
}

static int act_spec(const struct scene *scene)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return change_spec(
		scene->doc, scene->now, scene->spec, strlen(scene->spec), &made, NULL);
}

static int act_remove(const struct scene *scene)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return change_remove_prefix(scene->doc, "pod cidr", &made, NULL);
}

static int act_rename(const struct scene *scene)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return change_rename_prefix(scene->doc, "pod cidr", "pods", &made, NULL);
}

static int act_add(const struct scene *scene)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return change_add_host_prefix(scene->doc, "more", &made, NULL);
}

static int act_body(const struct scene *scene)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);

	return change_body(scene->change, &text);
}

static int act_apply(const struct scene *scene)
{
	CLEANUP_DOC struct doc *doc = NULL;

	return change_apply(scene->change, scene->doc, &doc, NULL);
}

static const struct {
	const char *name;
	act_fn act;
} acts[] = {
	{"doc_from_val", act_doc},
	{"doc_new_draft", act_draft},
	{"doc_show spec.json", act_show_spec},
	{"doc_show vpc.json", act_show_raw},
	{"doc_show number", act_show_number},
	{"change_text", act_text},
	{"change_text of a new item", act_text_new},
	{"change_text of a list", act_text_list},
	{"change_text of a number", act_text_int},
	{"change_spec", act_spec},
	{"change_remove_prefix", act_remove},
	{"change_rename_prefix", act_rename},
	{"change_add_host_prefix", act_add},
	{"change_body", act_body},
	{"change_apply", act_apply},
};

/* jansson takes a failed allocation in its lexer for a syntax error. */
static bool is_expected(act_fn act, int r)
{
	return r == -ENOMEM || (act == act_spec && r == -EINVAL);
}

static void fail_each(const char *name, act_fn act, const struct scene *scene)
{
	int r = -ENOMEM;
	long n = 0;

	for (; is_expected(act, r) && n < ALLOCATIONS_MAX; n++) {
		left = n;
		r = act(scene);
		left = -1;
	}
	if (r != 0)
		fail_msg("%s: allocation %ld: %s", name, n, strerror(-r));
	assert_int_equal(act(scene), 0);
}

static void test_every_allocation_fails_once(void **state)
{
	CLEANUP_FREE char *json = rig_json(rig_full);
	struct scene scene = {.doc = rig_doc(rig_full), .now = rig_doc(rig_full)};

	assert_int_equal(val_parse(json, strlen(json), 0, &scene.val, NULL), 0);
	rig_apply_take(&scene.now,
		rig_text(scene.now, "vpcPrefixes/theirs/value", "10.50.0.0/16"));
	scene.change = rig_text(scene.doc, "vpcPrefixes/pod cidr/value", "10.8.0.0/13");
	rig_apply_take(
		&scene.doc, rig_text(scene.doc, "ingress/disablePublicServices", "on"));
	scene.spec = rig_json(
		"{'name':'prod','zone':'US-EAST-04A','vpcPrefixes':[{'name':'mine',"
		"'value':'10.40.0.0/16'}]}");
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		fail_each(acts[i].name, acts[i].act, &scene);
	val_unref(scene.val);
	doc_unref(scene.doc);
	doc_unref(scene.now);
	change_free(scene.change);
	free(scene.spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_allocation_fails_once)};

	json_set_alloc_funcs(failing_malloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
