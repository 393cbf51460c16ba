/* SPDX-License-Identifier: MIT */
/* Which requests a read, a write, a mkdir, an rmdir and a mv make, counted at the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "world.h"

#define LONG_TTL_MS 60000

static const struct world_options live = {
	.emulator = {.samples = true}, .ttl_ms = LONG_TTL_MS, .zone = "US-EAST-04A"};

static int setup(void **state)
{
	return world_setup(state, &live);
}

static void walk_costs_one_list(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf names = BUF_INIT(65536);

	assert_int_equal(world_list(w, "", &names), 0);
	assert_non_null(strstr(buf_str(&names), "prod\n"));
	assert_null(strstr(buf_str(&names), ".vpcfs"));
	world_expect(w, "prod/name", "prod\n");
	world_expect(w, "staging/name", "staging\n");
	assert_int_equal(world_count(w, ""), 1);
}

static void value_is_one_patch(void **state)
{
	struct world *w = *state;

	world_expect(w, "staging/ingress/disablePublicServices", "false\n");
	world_forget_requests(w);
	assert_int_equal(
		world_write(w, "staging/ingress/disablePublicServices", O_TRUNC, "yes\n"),
		0);
	assert_int_equal(world_count(w, "PATCH"), 1);
	assert_int_equal(world_count(w, "ingress.disablePublicServices"), 1);
	world_expect(w, "staging/ingress/disablePublicServices", "true\n");
	assert_int_equal(
		world_write(w, "staging/ingress/disablePublicServices", O_TRUNC, "1\n"), 0);
	assert_int_equal(world_count(w, "PATCH"), 1); /* the same value sends nothing */
}

static void ignored_mask_is_eperm(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf error = BUF_INIT(65536);

	w->timeout_ms = 600;
	assert_int_equal(world_write(w, "prod/name", O_TRUNC, "other\n"), -EPERM);
	world_expect(w, "prod/name", "prod\n");
	assert_int_equal(world_read(w, "prod/.error", &error), 0);
	assert_non_null(strstr(buf_str(&error), "left as it was: name"));
	world_expect(w, ".vpcfs/rejected/prod/name", "other\n");
	assert_int_equal(world_unlink(w, ".vpcfs/rejected/prod/name"), 0);
	assert_int_equal(world_unlink(w, ".vpcfs/rejected/prod/name"), -ENOENT);
}

static void bad_values_send_nothing(void **state)
{
	struct world *w = *state;
	static const char *const bad[][2] = {
		{"prod/ingress/disablePublicServices", "maybe\n"},
		{"prod/dhcp/dns/servers", "1.1.1.1 nonsense\n"},
		{"prod/vpcPrefixes/pod cidr/value", "10.0.0.0/33\n"},
		{"prod/spec.json", "{\"name\":\"prod\"}\n"},
		{"prod/spec.json", "{\n"},
		{"prod/name", "\n"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int r = world_write(w, bad[i][0], O_TRUNC, bad[i][1]);

		if (r != -EINVAL)
			fail_msg("%s <- %s: %s", bad[i][0], bad[i][1], strerror(-r));
	}
	assert_int_equal(world_count(w, "PATCH"), 0);
}

static void prefixes_are_entries_of_a_list(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(65536);

	assert_int_equal(world_mkdir(w, "prod/vpcPrefixes/extra"), 0);
	assert_int_equal(world_read(w, "prod/vpcPrefixes/extra/value", &b), -ENOENT);
	assert_int_equal(world_count(w, "PATCH"), 0);
	assert_int_equal(
		world_write(w, "prod/vpcPrefixes/extra/value", O_CREAT, "10.99.0.0/16\n"),
		0);
	assert_int_equal(world_count(w, "PATCH"), 1);
	world_expect(w, "prod/vpcPrefixes/extra/value", "10.99.0.0/16\n");
	assert_int_equal(
		world_rename(w, "prod/vpcPrefixes/extra", "prod/vpcPrefixes/more"), 0);
	world_expect(w, "prod/vpcPrefixes/more/value", "10.99.0.0/16\n");
	assert_int_equal(world_rmdir(w, "prod/vpcPrefixes/more"), 0);
	assert_int_equal(world_count(w, "PATCH"), 3);
	assert_int_equal(world_rmdir(w, "prod/vpcPrefixes/more"), -ENOENT);
}

static void vpcs_come_and_go(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, "fresh"), 0);
	world_expect(w, "fresh/name", "fresh\n");
	world_expect(w, "fresh/zone", "US-EAST-04A\n");
	assert_int_equal(world_mkdir(w, "fresh"), -EEXIST);
	assert_int_equal(world_mkdir(w, "Not_A_Name"), -EINVAL);
	w->pid = world_process();
	assert_int_equal(world_unlink(w, "fresh/name"), -EPERM);
	world_end_process(w->pid);
	w->pid = 0;
	assert_int_equal(world_rmdir(w, "fresh"), 0);
	assert_int_equal(world_rmdir(w, "fresh"), -ENOENT);
	assert_int_equal(world_count(w, "POST"), 2);
	assert_int_equal(world_count(w, "DELETE"), 1);
}

static void make(struct world *w, const char *path, const char *text)
{
	assert_int_equal(world_write(w, path, O_CREAT | O_TRUNC, text), 0);
}

static void draft_becomes_a_vpc_with_one_post(void **state)
{
	struct world *w = *state;
	static const char *const dirs[] = {".drafts/new", ".drafts/new/hostPrefixes",
		".drafts/new/hostPrefixes/main", ".drafts/new/vpcPrefixes",
		".drafts/new/vpcPrefixes/pods"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		assert_int_equal(world_mkdir(w, dirs[i]), 0);
	make(w, ".drafts/new/zone", "US-EAST-04A\n");
	make(w, ".drafts/new/hostPrefixes/main/type", "PRIMARY\n");
	make(w, ".drafts/new/hostPrefixes/main/prefixes", "172.20.0.0/16\n");
	make(w, ".drafts/new/vpcPrefixes/pods/value", "10.0.0.0/13\n");
	make(w, ".drafts/new/notes", "mine\n");
	assert_int_equal(world_count(w, ""), 0);
	assert_int_equal(world_rename(w, ".drafts/new", "prod"), -EEXIST);
	assert_int_equal(world_rename(w, ".drafts/new", "new"), 0);
	assert_int_equal(world_count(w, "POST"), 1);
	world_expect(w, "new/hostPrefixes/main/prefixes", "172.20.0.0/16\n");
	world_expect(w, "new/vpcPrefixes/pods/value", "10.0.0.0/13\n");
	world_expect(w, "new/notes", "mine\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(walk_costs_one_list, setup, world_teardown),
		cmocka_unit_test_setup_teardown(value_is_one_patch, setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			ignored_mask_is_eperm, setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			bad_values_send_nothing, setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			prefixes_are_entries_of_a_list, setup, world_teardown),
		cmocka_unit_test_setup_teardown(vpcs_come_and_go, setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			draft_becomes_a_vpc_with_one_post, setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
