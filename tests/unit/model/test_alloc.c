/* SPDX-License-Identifier: MIT */
/* Every allocation of jansson fails once. Then -ENOMEM comes back, nothing leaks (under the
 * sanitizer), and nothing is half done. Each act is tried on documents that were used just before,
 * and on new ones, which must be parsed first. */
#include "rig.h"

#include <jansson.h>
#include <stdio.h>
#include "model/draft.h"

#define ALLOCATIONS_MAX 5000

static long left = -1; /* allocations until one fails; none fails if below 0 */

static void *failing_malloc(size_t size)
{
	return left >= 0 && left-- == 0 ? NULL : malloc(size);
}

struct scene {
	struct val *val;
	struct doc *doc, *now;
	char *answer, *spec;
	struct change *change;
};

static void scene_init(struct scene *scene)
{
	CLEANUP_FREE char *json = rig_json(rig_full);

	*scene = (struct scene){.doc = rig_doc(rig_full), .now = rig_doc(rig_full)};
	assert_int_equal(val_parse(json, strlen(json), 0, &scene->val, NULL), 0);
	rig_apply_take(&scene->now,
		rig_text(scene->now, "vpcPrefixes/theirs/value", "10.50.0.0/16"));
	scene->change = rig_text(scene->doc, "vpcPrefixes/pod cidr/value", "10.8.0.0/13");
	rig_apply_take(
		&scene->doc, rig_text(scene->doc, "ingress/disablePublicServices", "on"));
	scene->answer = rig_json("{'items':[{'id':'1','name':'a'},{'id':'2','name':'b'}],"
				 "'nextPageToken':'t'}");
	scene->spec = rig_json(
		"{'name':'prod','zone':'US-EAST-04A','vpcPrefixes':[{'name':'mine',"
		"'value':'10.40.0.0/16'}]}");
}

static void scene_release(struct scene *scene)
{
	val_unref(scene->val);
	doc_unref(scene->doc);
	doc_unref(scene->now);
	change_free(scene->change);
	free(scene->answer);
	free(scene->spec);
}

typedef int (*act_fn)(const struct scene *scene);

static int act_doc(const struct scene *scene)
{
	CLEANUP_DOC struct doc *doc = NULL;

	return doc_from_val(scene->val, &doc, NULL);
}

static int act_list(const struct scene *scene)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP_VAL struct val *rest = NULL;
	int r = doc_list_from_text(
		scene->answer, strlen(scene->answer), "items", &list, &rest, NULL);

	assert_int_equal(list.count, r == 0 ? 2 : 0);
	return r;
}

static int show(const struct doc *doc, const char *path)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	int r = doc_show(doc, path, &text);

	if (r < 0)
		assert_int_equal(text.len, 0);
	return r;
}

static int act_find(const struct scene *scene)
{
	struct doc_field field;

	return doc_find(scene->doc, "vpcPrefixes/pod cidr/value", &field);
}

static int ignore_name(void *arg, const char *name, const struct doc_field *field)
{
	return 0;
}

static int act_names(const struct scene *scene)
{
	return doc_list(scene->doc, "vpcPrefixes", ignore_name, NULL);
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

static int act_append(const struct scene *scene)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return change_append(scene->doc, "dhcp/dns/servers", "9.9.9.9", 7, &made, NULL);
}

static int act_absolute(const struct scene *scene)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return change_spec(NULL, scene->now, scene->spec, strlen(scene->spec), &made, NULL);
}

static int act_answer(const struct scene *scene)
{
	static const char text[] =
		"{\"vpc\":{\"id\":\"1\",\"name\":\"n\",\"x\":\"\\ud800\"}}";
	CLEANUP_DOC struct doc *doc = NULL;

	return doc_from_answer(text, strlen(text), "vpc", &doc, NULL);
}

static int act_draft_read(const struct scene *scene)
{
	const struct draft_file files[] = {
		{.path = "spec.json", .text = scene->spec, .len = strlen(scene->spec)},
		{.path = "vpcPrefixes", .is_dir = true},
		{.path = "vpcPrefixes/mine/value", .text = "10.40.0.0/16", .len = 12},
		{.path = "dhcp/dns/servers", .text = "1.1.1.1", .len = 7},
	};
	CLEANUP_BUF struct buf body = BUF_INIT(RIG_TEXT_MAX);

	return draft_read(files, ARRAY_LEN(files), "n", NULL, &body, NULL);
}

static int act_shows_body(const struct scene *scene)
{
	bool shown;

	return doc_shows_body(scene->doc, scene->spec, strlen(scene->spec), &shown);
}

static int act_remove(const struct scene *scene)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return rig_remove_prefix(scene->doc, "pod cidr", &made, NULL);
}

static int act_rename(const struct scene *scene)
{
	CLEANUP_CHANGE struct change *made = NULL;

	return rig_rename_prefix(scene->doc, "pod cidr", "pods", &made, NULL);
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
	{"doc_list_from_text", act_list},
	{"doc_find", act_find},
	{"doc_list", act_names},
	{"doc_show spec.json", act_show_spec},
	{"doc_show vpc.json", act_show_raw},
	{"doc_show number", act_show_number},
	{"change_text", act_text},
	{"change_text of a new item", act_text_new},
	{"change_text of a list", act_text_list},
	{"change_text of a number", act_text_int},
	{"change_spec", act_spec},
	{"change_append", act_append},
	{"change_spec without a base", act_absolute},
	{"doc_from_answer", act_answer},
	{"draft_read", act_draft_read},
	{"doc_shows_body", act_shows_body},
	{"change_remove_item", act_remove},
	{"change_rename_item", act_rename},
	{"change_body", act_body},
	{"change_apply", act_apply},
};

/* jansson's lexer reports a failed allocation as a syntax error, and a list answer that does not
 * parse is refused as malformed. */
static bool is_expected(act_fn act, int r)
{
	return r == -ENOMEM ||
	       ((act == act_spec || act == act_absolute || act == act_shows_body) &&
		       r == -EINVAL) ||
	       (act == act_draft_read && r == -EIO) ||
	       ((act == act_list || act == act_answer) && r == -EBADMSG);
}

static void look_at(const struct scene *scene)
{
	assert_int_equal(show(scene->doc, "name"), 0);
	assert_int_equal(show(scene->now, "name"), 0);
}

static void fail_each(const char *name, act_fn act, bool is_warm)
{
	struct scene scene;
	int r = -ENOMEM;
	long n = 0;

	for (; is_expected(act, r) && n < ALLOCATIONS_MAX; n++) {
		scene_init(&scene);
		if (is_warm)
			look_at(&scene);
		left = n;
		r = act(&scene);
		left = -1;
		assert_true(r == 0 || act(&scene) == 0);
		scene_release(&scene);
	}
	if (r != 0)
		fail_msg("%s: allocation %ld: %s", name, n, strerror(-r));
}

static void test_every_allocation_fails_once(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		fail_each(acts[i].name, acts[i].act, true);
		fail_each(acts[i].name, acts[i].act, false);
	}
}

/* A function that answers yes or no answers no if memory runs out. */
static void test_no_memory_to_look(void **state)
{
	struct scene scene, other;
	struct timespec t;

	scene_init(&scene);
	scene_init(&other);
	left = 0;
	assert_false(doc_mtime(scene.doc, "name", &t));
	assert_true(doc_mtime(scene.doc, "", &t));
	left = 0;
	assert_false(doc_has_members_of(scene.doc, other.doc));
	left = 0;
	assert_false(doc_equal(scene.doc, scene.now));
	assert_true(doc_equal(scene.doc, other.doc));
	left = 0;
	assert_false(change_is_shown(scene.change, scene.doc, NULL, NULL));
	left = -1;
	scene_release(&scene);
	scene_release(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_allocation_fails_once),
		cmocka_unit_test(test_no_memory_to_look)};

	json_set_alloc_funcs(failing_malloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
