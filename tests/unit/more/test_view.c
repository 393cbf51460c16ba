/* SPDX-License-Identifier: MIT */
/* What a new schema field gives the mount: each operation on fields that only add_rows.py knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "../view/world.h"
#include "store.h"

#define POOLS "prod/dhcp/pools/"

static const char vpc[] =
	"{\"id\":\"1\",\"name\":\"prod\",\"zone\":\"Z\",\"status\":\"STATUS_READY\","
	"\"mtu\":9000,\"aliases\":[\"one\"],\"dhcp\":{\"pools\":["
	"{\"label\":\"blue\",\"range\":\"10.0.0.0/16\",\"health\":\"UP\"}]},"
	"\"hostPrefixes\":[{\"name\":\"host\",\"type\":\"PRIMARY\",\"prefixes\":"
	"[\"10.9.0.0/18\"]}],\"routes\":[{\"name\":\"a\",\"via\":\"10.0.0.1\"}]}";

static int setup(void **state)
{
	struct view_options options = {
		.ttl_ms = 60000, .options_text = "", .version = "test", .zone = "Z"};
	struct tree_options tree = {.umask = 0};
	struct world *w = calloc(1, sizeof(*w));
	struct node_entry root;
	struct err err = {""};

	*state = w;
	w->timeout_ms = 5000;
	store_start(vpc);
	if (view_new(&options, &w->view, &err) < 0)
		return -1;
	root = view_root(w->view);
	if (tree_new(&root, &tree, &w->tree) < 0)
		return -1;
	view_set_tree(w->view, w->tree);
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	view_part(w->view);
	tree_free(w->tree);
	view_free(w->view);
	store_stop();
	free(w);
	return 0;
}

/* Writes the text, reads it back at once, and checks what was sent. */
static void writes(struct world *w, const char *path, int flags, const char *text,
	const char *shown, const char *body)
{
	unsigned before = store_changes();

	assert_int_equal(world_write(w, path, flags, text), 0);
	assert_string_equal(store_last_body(), body);
	assert_int_equal(store_changes(), before + 1);
	world_expect(w, path, shown);
}

static off_t size_of(struct world *w, const char *path)
{
	struct stat st;

	assert_int_equal(world_stat(w, path, &st), 0);
	return st.st_size;
}

static void they_are_listed_and_read(void **state)
{
	struct world *w = *state;

	world_expect_listed(w, "prod/dhcp", "dns\npools\n");
	world_expect_listed(w, POOLS, "blue\n");
	world_expect_listed(
		w, POOLS "blue", "health\nhosts\nkind\nlocked\nrange\nremark\n");
	world_expect(w, "prod/mtu", "9000\n");
	world_expect(w, POOLS "blue/range", "10.0.0.0/16\n");
	assert_int_equal(size_of(w, "prod/aliases"), strlen("one\n"));
	assert_int_equal(size_of(w, POOLS "blue/locked"), strlen("false\n"));
	assert_int_equal(world_listed_type(w, POOLS, "blue"), S_IFDIR);
}

static void they_are_written(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_write(w, POOLS "blue/health", O_TRUNC, "DOWN\n"), -EPERM);
	writes(w, "prod/mtu", O_TRUNC, "1500\n", "1500\n",
		"{\"updateMask\":\"mtu\",\"mtu\":1500}");
	writes(w, "prod/note", O_TRUNC, "a b\n", "a b\n",
		"{\"updateMask\":\"note\",\"note\":\"a b\"}");
	writes(w, "prod/aliases", O_APPEND, "two\n", "one\ntwo\n",
		"{\"updateMask\":\"aliases\",\"aliases\":[\"one\",\"two\"]}");
	writes(w, POOLS "blue/locked", O_TRUNC, "yes\n", "true\n",
		"{\"updateMask\":\"dhcp.pools\",\"dhcp\":{\"pools\":[{\"label\":\"blue\","
		"\"range\":\"10.0.0.0/16\",\"locked\":true,\"hosts\":[]}]}}");
	assert_int_equal(world_write(w, "prod/mtu", O_TRUNC, "big\n"), -EINVAL);
	world_expect_in(w, "prod/.error", "mtu: \"big\" is not a whole number");
	world_expect(w, ".vpcfs/rejected/prod/mtu", "big\n");
}

static void an_entry_is_made_by_its_value(void **state)
{
	struct world *w = *state;
	unsigned before = store_changes();

	assert_int_equal(world_mkdir(w, POOLS "red"), 0);
	assert_int_equal(world_mkdir(w, POOLS "red"), -EEXIST);
	world_expect_listed(w, POOLS, "blue\nred\n");
	world_expect_listed(w, POOLS "red", "");
	assert_int_equal(world_write(w, POOLS "red/kind", O_CREAT, "ROUTED\n"), -EPERM);
	assert_int_equal(store_changes(), before);
	writes(w, POOLS "red/range", O_CREAT, "10.1.0.0/16\n", "10.1.0.0/16\n",
		"{\"updateMask\":\"dhcp.pools\",\"dhcp\":{\"pools\":[{\"label\":\"blue\","
		"\"range\":\"10.0.0.0/16\",\"locked\":false,\"hosts\":[]},"
		"{\"label\":\"red\",\"range\":\"10.1.0.0/16\"}]}}");
	world_expect_listed(w, POOLS "red", "hosts\nkind\nlocked\nrange\nremark\n");
}

static void an_entry_is_renamed_and_removed(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_rename(w, POOLS "blue", POOLS "red"), 0);
	assert_string_equal(store_last_body(),
		"{\"updateMask\":\"dhcp.pools\",\"dhcp\":{\"pools\":[{\"label\":\"red\","
		"\"range\":\"10.0.0.0/16\",\"locked\":false,\"hosts\":[]}]}}");
	world_expect_listed(w, POOLS, "red\n");
	assert_int_equal(world_rename(w, POOLS "red", "prod/vpcPrefixes/red"), -EPERM);
	assert_int_equal(world_rmdir(w, POOLS "red"), 0);
	assert_string_equal(store_last_body(),
		"{\"updateMask\":\"dhcp.pools\",\"dhcp\":{\"pools\":[]}}");
	world_expect_listed(w, POOLS, "");
}

/* An entry that has no value yet: nothing is sent. */
static void a_local_entry_is_renamed_and_removed(void **state)
{
	struct world *w = *state;
	unsigned before = store_changes();

	assert_int_equal(world_mkdir(w, POOLS "a"), 0);
	assert_int_equal(world_rename(w, POOLS "a", POOLS "b"), 0);
	world_expect_listed(w, POOLS, "b\nblue\n");
	assert_int_equal(world_rmdir(w, POOLS "b"), 0);
	assert_int_equal(store_changes(), before);
}

static void an_entry_that_can_only_be_removed_is(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, "prod/routes/scratch"), 0);
	assert_int_equal(world_rename(w, "prod/routes/a", "prod/routes/b"), -EPERM);
	assert_int_equal(store_changes(), 0);
	world_expect_listed(w, "prod/routes", "a\nscratch\n");
	writes(w, "prod/routes/a/via", O_TRUNC, "10.0.0.2\n", "10.0.0.2\n",
		"{\"updateMask\":\"routes\",\"routes\":[{\"name\":\"a\",\"via\":\"10.0.0."
		"2\"}]}");
	assert_int_equal(world_rmdir(w, "prod/routes/a"), 0);
	assert_string_equal(store_last_body(), "{\"updateMask\":\"routes\",\"routes\":[]}");
}

static void what_the_row_does_not_let_is_refused(void **state)
{
	struct world *w = *state;
	unsigned before = store_changes();

	assert_int_equal(world_rmdir(w, "prod/hostPrefixes/host"), -EPERM);
	assert_int_equal(
		world_rename(w, "prod/hostPrefixes/host", "prod/hostPrefixes/x"), -EPERM);
	assert_int_equal(world_rmdir(w, "prod/dhcp/pools"), -EPERM);
	assert_int_equal(world_unlink(w, POOLS "blue/range"), -EPERM);
	assert_int_equal(world_rmdir(w, POOLS "blue"), -ENOTEMPTY);
	assert_int_equal(store_changes(), before);
}

static void a_saved_document_has_them(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_write(w, "prod/spec.json", O_TRUNC,
				 "{\"name\":\"prod\",\"zone\":\"Z\",\"mtu\":9000,\"dhcp\":{"
				 "\"pools\":"
				 "[{\"label\":\"blue\",\"range\":\"10.7.0.0/16\"}]},"
				 "\"routes\":[{\"name\":\"a\",\"via\":\"10.0.0.1\"}]}\n"),
		0);
	assert_string_equal(store_last_body(),
		"{\"updateMask\":\"aliases,dhcp.pools\",\"aliases\":[],\"dhcp\":{\"pools\":"
		"["
		"{\"label\":\"blue\",\"range\":\"10.7.0.0/16\",\"locked\":false,\"hosts\":["
		"]}]}}");
	world_expect(w, POOLS "blue/range", "10.7.0.0/16\n");
	world_expect(w, "prod/aliases", "");
	assert_int_equal(size_of(w, POOLS "blue/range"), strlen("10.7.0.0/16\n"));
}

static void a_draft_is_published_with_them(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, ".drafts/new"), 0);
	assert_int_equal(world_mkdir(w, ".drafts/new/dhcp"), 0);
	assert_int_equal(world_mkdir(w, ".drafts/new/dhcp/pools"), 0);
	assert_int_equal(world_mkdir(w, ".drafts/new/dhcp/pools/a"), 0);
	assert_int_equal(
		world_write(w, ".drafts/new/dhcp/pools/a/range", O_CREAT, "10.0.0.0/8\n"),
		0);
	assert_int_equal(world_write(w, ".drafts/new/mtu", O_CREAT, "1400\n"), 0);
	assert_int_equal(world_rename(w, ".drafts/new", "new"), 0);
	assert_string_equal(store_last_body(),
		"{\"name\":\"new\",\"mtu\":1400,\"dhcp\":{\"pools\":[{\"label\":\"a\","
		"\"range\":\"10.0.0.0/"
		"8\",\"locked\":false,\"hosts\":[]}]},\"zone\":\"Z\"}");
	world_expect(w, "new/dhcp/pools/a/range", "10.0.0.0/8\n");
	world_expect(w, "new/mtu", "1400\n");
}

static void what_the_api_sets_is_named(void **state)
{
	struct world *w = *state;

	world_expect_in(w, ".vpcfs/server-owned", "\nhealth\n");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(they_are_listed_and_read),
		CASE(they_are_written),
		CASE(an_entry_is_made_by_its_value),
		CASE(an_entry_is_renamed_and_removed),
		CASE(a_local_entry_is_renamed_and_removed),
		CASE(an_entry_that_can_only_be_removed_is),
		CASE(what_the_row_does_not_let_is_refused),
		CASE(a_saved_document_has_them),
		CASE(a_draft_is_published_with_them),
		CASE(what_the_api_sets_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
