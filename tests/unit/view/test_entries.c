/* SPDX-License-Identifier: MIT */
/* Entries of a list as directories: how they are made, given a value, renamed and removed, and what
 * is sent for that. */
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

#define PREFIXES "staging/vpcPrefixes/"
#define NEW	 PREFIXES "new"
#define PODS	 PREFIXES "pod cidr"
#define SERVERS	 "staging/dhcp/dns/servers"
#define NAMES	 "internal lb cidr\npod cidr\nservice cidr\n"

static int setup(void **state)
{
	return world_setup(state, &(struct world_options){.emulator = {.samples = true},
					  .ttl_ms = 60000,
					  .zone = "US-EAST-04A"});
}

#define ONLY_PODS                                                                          \
	"{\"updateMask\":\"vpcPrefixes\",\"vpcPrefixes\":[{\"name\":\"pod "                \
	"cidr\",\"value\":\"10.244.0.0/16\"}]}"

static void a_new_entry_is_local_until_it_has_a_value(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, NEW), 0);
	world_expect_listed(w, "staging/vpcPrefixes",
		"internal lb cidr\nnew\npod cidr\nservice cidr\n");
	world_expect_listed(w, NEW, "");
	/* Refused: it is as it was, with the file that was made. */
	world_fault(w, "PATCH:status=403*1\n");
	assert_int_equal(world_write(w, NEW "/value", O_CREAT, "10.9.0.0/16\n"), -EACCES);
	world_expect_listed(w, NEW, "value\n");
	world_expect(w, NEW "/value", "");
	assert_int_equal(world_write(w, NEW "/value", O_TRUNC, "10.9.0.0/16\n"), 0);
	world_expect(w, NEW "/value", "10.9.0.0/16\n");
	/* From now on it is the API's: what somebody else removes is gone. */
	world_other_patch(w, "staging", ONLY_PODS);
	world_refresh(w);
	world_expect_listed(w, "staging/vpcPrefixes", "pod cidr\n");
}

static void an_entry_without_a_value_is_removed_without_a_request(void **state)
{
	struct world *w = *state;

	world_expect(w, "staging/name", "staging\n");
	world_forget_requests(w);
	assert_int_equal(world_mkdir(w, NEW), 0);
	assert_int_equal(world_mkdir(w, NEW), -EEXIST);
	assert_int_equal(world_rename(w, NEW, PREFIXES "newer"), 0);
	assert_int_equal(world_rmdir(w, NEW), -ENOENT);
	assert_int_equal(world_write(w, PREFIXES "newer/note", O_CREAT, "mine\n"), 0);
	assert_int_equal(world_rmdir(w, PREFIXES "newer"), -ENOTEMPTY);
	assert_int_equal(world_unlink(w, PREFIXES "newer/note"), 0);
	assert_int_equal(world_rmdir(w, PREFIXES "newer"), 0);
	world_expect_listed(w, "staging/vpcPrefixes", NAMES);
	assert_int_equal(world_count(w, ""), 0);
}

/* rm -r of an entry that exists only here: its file cannot be removed, and that deletes nothing. */
static void a_refused_unlink_in_a_local_entry_forbids_nothing(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, NEW), 0);
	world_fault(w, "PATCH:status=403*1\n");
	assert_int_equal(world_write(w, NEW "/value", O_CREAT, "10.9.0.0/16\n"), -EACCES);
	assert_int_equal(world_unlink(w, NEW "/value"), -EPERM);
	assert_int_equal(world_rmdir(w, NEW), 0);
	world_expect_listed(w, "staging/vpcPrefixes", NAMES);
}

static void a_refused_unlink_forbids_what_is_above_it(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_unlink(w, PODS "/value"), -EPERM);
	assert_int_equal(world_rmdir(w, PODS), -ENOTEMPTY);
	world_expect_in(w, "staging/.error", "rm -r");
	assert_int_equal(world_rmdir(w, "staging"), -ENOTEMPTY);
	assert_int_equal(world_count(w, "PATCH"), 0);
	assert_int_equal(world_count(w, "DELETE"), 0);
	/* Elsewhere nothing is forbidden, not even where a name begins with the same letters. */
	assert_int_equal(world_rmdir(w, PREFIXES "service cidr"), 0);
	assert_int_equal(world_rmdir(w, "dev"), 0);
}

static void callers_that_are_not_seen_are_one(void **state)
{
	struct world *w = *state;

	w->pid = -1;
	assert_int_equal(world_unlink(w, "dev/name"), -EPERM);
	assert_int_equal(world_rmdir(w, "dev"), -ENOTEMPTY);
	w->pid = 0;
	assert_int_equal(world_rmdir(w, "dev"), 0);
}

static void what_is_not_an_entry_is_a_part_of_the_vpc(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_rmdir(w, "staging/dhcp"), -EPERM);
	world_expect_in(w, "staging/.error", "rmdir staging/dhcp EPERM\n");
	assert_int_equal(world_rmdir(w, "staging/hostPrefixes/host primary"), -EPERM);
	assert_int_equal(world_rename(w, "staging/dhcp", "staging/other"), -EPERM);
	assert_int_equal(world_rename(w, PODS, "staging/pods"), -EPERM);
	assert_int_equal(world_rename(w, PODS, "dev/vpcPrefixes/pods"), -EXDEV);
	assert_int_equal(world_rename(w, "staging/hostPrefixes/host primary",
				 "staging/hostPrefixes/x"),
		-EPERM);
	/* A directory that no field has is scratch. */
	assert_int_equal(world_mkdir(w, "staging/hostPrefixes/mine"), 0);
	assert_int_equal(world_mkdir(w, "staging/dhcp/mine"), 0);
	assert_int_equal(world_rmdir(w, "staging/hostPrefixes/mine"), 0);
	assert_int_equal(world_count(w, "PATCH"), 0);
}

static void a_name_that_is_taken_is_eexist_and_a_free_one_is_not(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, PODS), -EEXIST);
	assert_int_equal(world_rename(w, PREFIXES "service cidr", PODS), -EEXIST);
	/* An entry that has no value yet takes its name, too. */
	assert_int_equal(world_mkdir(w, NEW), 0);
	assert_int_equal(world_rename(w, PODS, NEW), -EEXIST);
	assert_int_equal(world_count(w, "PATCH"), 0);
	assert_int_equal(world_rmdir(w, NEW), 0);
	/* The cache has it, but it is gone by now: only an answer to a new question can tell. */
	world_other_patch(w, "staging", ONLY_PODS);
	assert_int_equal(world_mkdir(w, PREFIXES "service cidr"), 0);
	assert_int_equal(world_rename(w, PODS, PREFIXES "internal lb cidr"), 0);
	assert_int_equal(
		world_rename(w, PREFIXES "internal lb cidr", PREFIXES "a%zz"), -EIO);
	assert_int_equal(world_mkdir(w, PREFIXES "a%zz"), -EINVAL);
}

/* The request was carried out and its answer lost. When it is planned anew, everything is as
 * wanted. */
static void what_a_lost_request_has_done_is_a_success(void **state)
{
	struct world *w = *state;

	world_expect(w, PODS "/value", "10.244.0.0/16\n");
	world_fault(w, "PATCH:reset-after*1\n");
	assert_int_equal(world_rmdir(w, PODS), 0);
	assert_int_equal(world_count(w, "PATCH"), 1);
	world_fault(w, "PATCH:reset-after*1\n");
	assert_int_equal(world_rename(w, PREFIXES "service cidr", NEW), 0);
	assert_int_equal(world_count(w, "PATCH"), 2);
	world_expect_listed(w, "staging/vpcPrefixes", "internal lb cidr\nnew\n");
}

static void what_somebody_else_removed_cannot_be_removed(void **state)
{
	struct world *w = *state;
	struct op op = world_op(w);
	struct tree_open open;

	world_expect(w, PODS "/value", "10.244.0.0/16\n");
	assert_int_equal(
		world_open(w, PREFIXES "service cidr/value", O_WRONLY | O_TRUNC, &open), 0);
	world_other_patch(w, "staging", ONLY_PODS);
	world_forget_requests(w);
	assert_int_equal(
		tree_write(open.handle, &op, 0, "10.97.0.0/16\n", 13, false), -ESTALE);
	tree_release(open.handle, &op);
	world_expect_in(w, "staging/.error", "does not exist any more");
	assert_int_equal(world_rmdir(w, PREFIXES "service cidr"), -ENOENT);
	assert_int_equal(world_rename(w, PREFIXES "internal lb cidr", NEW), -ENOENT);
	assert_int_equal(
		world_write(w, PREFIXES "service cidr/value", O_TRUNC, "10.97.0.0/16\n"),
		-ENOENT);
	assert_int_equal(world_count(w, "PATCH"), 0);
}

#define WITH_NEW                                                                           \
	"{\"updateMask\":\"vpcPrefixes\",\"vpcPrefixes\":[{\"name\":\"new\",\"value\":"    \
	"\"10.200.0.0/16\"}]}"

/* Made here without a value, and by somebody else with one: the API's entry counts. */
static void an_entry_that_somebody_else_made_too_is_the_apis(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, NEW), 0);
	assert_int_equal(world_mkdir(w, PREFIXES "newer"), 0);
	world_other_patch(w, "staging", WITH_NEW);
	world_refresh(w);
	world_expect_listed(w, "staging/vpcPrefixes", "new\nnewer\n");
	world_expect(w, NEW "/value", "10.200.0.0/16\n");
	assert_int_equal(world_rmdir(w, NEW), 0);
	assert_int_equal(world_count(w, " vpcPrefixes 200"), 2);
	world_expect_listed(w, "staging/vpcPrefixes", "newer\n");
}

static int fsync_emptied(struct world *w, const char *path)
{
	struct op op = world_op(w);
	struct tree_open open;
	int r = world_open(w, path, O_WRONLY | O_TRUNC, &open);

	if (r < 0)
		return r;
	r = tree_fsync(open.handle, &op);
	tree_release(open.handle, &op);
	return r;
}

static void an_fsync_clears_a_list_that_was_emptied_and_nothing_else(void **state)
{
	struct world *w = *state;
	struct op op = world_op(w);
	struct tree_open open;

	world_expect(w, SERVERS, "1.1.1.1\n");
	assert_int_equal(fsync_emptied(w, "staging/name"), 0);
	assert_int_equal(fsync_emptied(w, "staging/spec.json"), 0);
	assert_int_equal(fsync_emptied(w, PODS "/value"), 0);
	assert_int_equal(world_open(w, SERVERS, O_WRONLY | O_TRUNC, &open), 0);
	assert_int_equal(tree_flush(open.handle, &op), 0);
	assert_int_equal(world_count(w, "PATCH"), 0);
	assert_int_equal(tree_fsync(open.handle, &op), 0);
	tree_release(open.handle, &op);
	assert_int_equal(world_count(w, " dhcp.dns.servers 200"), 1);
	assert_int_equal(world_count(w, "PATCH"), 1);
	world_expect(w, SERVERS, "");
}

static void an_empty_scratch_file_renamed_onto_a_list_clears_it(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_write(w, "staging/empty", O_CREAT, ""), 0);
	assert_int_equal(world_rename(w, "staging/empty", SERVERS), 0);
	world_expect(w, SERVERS, "");
	assert_int_equal(world_write(w, "staging/empty", O_CREAT, ""), 0);
	assert_int_equal(world_rename(w, "staging/empty", "staging/name"), -EIO);
	world_expect(w, "staging/empty", "");
}

/* Memory of a VPC that nobody can reach any more is freed. */
static void a_vpc_that_is_gone_takes_its_entries_along(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct tree_stats stats;

	assert_int_equal(world_mkdir(w, NEW), 0);
	assert_int_equal(world_mkdir(w, PREFIXES "newer"), 0);
	assert_int_equal(world_rmdir(w, PREFIXES "newer"), 0);
	tree_stats(w->tree, &stats);
	assert_int_not_equal(stats.scratch_bytes, 0);
	world_fault(w, "LIST:body={\"items\":[]}\n");
	world_refresh(w);
	assert_int_equal(world_list(w, "", &b), 0);
	for (uint64_t id = TREE_ROOT_ID + 1; id < 1000; id++)
		tree_forget(w->tree, id, 1000);
	tree_stats(w->tree, &stats);
	assert_int_equal(stats.scratch_bytes, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_new_entry_is_local_until_it_has_a_value),
		CASE(an_entry_without_a_value_is_removed_without_a_request),
		CASE(a_refused_unlink_in_a_local_entry_forbids_nothing),
		CASE(a_refused_unlink_forbids_what_is_above_it),
		CASE(callers_that_are_not_seen_are_one),
		CASE(what_is_not_an_entry_is_a_part_of_the_vpc),
		CASE(a_name_that_is_taken_is_eexist_and_a_free_one_is_not),
		CASE(what_a_lost_request_has_done_is_a_success),
		CASE(what_somebody_else_removed_cannot_be_removed),
		CASE(an_entry_that_somebody_else_made_too_is_the_apis),
		CASE(a_vpc_that_is_gone_takes_its_entries_along),
		CASE(an_fsync_clears_a_list_that_was_emptied_and_nothing_else),
		CASE(an_empty_scratch_file_renamed_onto_a_list_clears_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
