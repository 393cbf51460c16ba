/* SPDX-License-Identifier: MIT */
/* A dry run checks, logs what would be sent, succeeds, sends nothing, and leaves everything as it
 * was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "world.h"

#define EGRESS "staging/egress/disablePublicAccess"
#define PODS   "staging/vpcPrefixes/pod cidr"

static int setup(void **state)
{
	return world_setup(state, &(struct world_options){.emulator = {.samples = true},
					  .ttl_ms = 60000,
					  .zone = "US-EAST-04A",
					  .dry_run = true});
}

static void expect_logged(struct world *w, const char *part)
{
	CLEANUP_BUF struct buf log = BUF_INIT(1 << 20);

	assert_int_equal(world_read(w, ".vpcfs/log", &log), 0);
	if (!strstr(buf_str(&log), part))
		fail_msg("the log has no \"%s\":\n%s", part, buf_str(&log));
}

static void expect_nothing_sent(struct world *w)
{
	assert_int_equal(world_count(w, "PATCH"), 0);
	assert_int_equal(world_count(w, "POST"), 0);
	assert_int_equal(world_count(w, "DELETE"), 0);
}

static void a_value_is_not_patched(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), 0);
	expect_nothing_sent(w);
	world_expect(w, EGRESS, "false\n");
	expect_logged(w, "dry-run PATCH /v1beta1/networking/vpcs/");
	expect_logged(w, " egress.disablePublicAccess {");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "perhaps\n"), -EINVAL);
}

static void a_list_is_not_patched(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_write(w, PODS "/value", O_TRUNC, "10.245.0.0/16\n"), 0);
	assert_int_equal(
		world_write(w, "staging/dhcp/dns/servers", O_APPEND, "9.9.9.9\n"), 0);
	assert_int_equal(world_rename(w, PODS, "staging/vpcPrefixes/other"), 0);
	assert_int_equal(world_rmdir(w, PODS), 0);
	expect_nothing_sent(w);
	world_expect(w, PODS "/value", "10.244.0.0/16\n");
	world_expect(w, "staging/dhcp/dns/servers", "1.1.1.1\n");
}

static void a_new_entry_stays_without_a_value(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, "staging/vpcPrefixes/new"), 0);
	assert_int_equal(
		world_write(w, "staging/vpcPrefixes/new/value", O_CREAT, "10.9.0.0/16\n"),
		0);
	expect_nothing_sent(w);
	expect_logged(w, "10.9.0.0/16");
	world_expect(w, "staging/vpcPrefixes/new/value", "");
}

static void a_name_is_not_patched(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_rename(w, "dev", "other"), 0);
	expect_nothing_sent(w);
	world_expect(w, "dev/name", "dev\n");
	expect_logged(w, "\"name\":\"other\"}");
}

static void a_document_is_not_patched(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_write(w, "staging/spec.json", O_TRUNC,
				 "{\"name\":\"staging\",\"zone\":\"US-EAST-04A\"}\n"),
		0);
	expect_nothing_sent(w);
	world_expect(w, PODS "/value", "10.244.0.0/16\n");
	expect_logged(w, "dry-run PATCH");
	assert_int_equal(world_write(w, "staging/spec.json", O_TRUNC, "{}\n"), -EINVAL);
}

static void a_directory_is_not_posted(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	assert_int_equal(world_mkdir(w, "fresh"), 0);
	expect_nothing_sent(w);
	assert_int_equal(world_read(w, "fresh/name", &b), -ENOENT);
	expect_logged(w, "dry-run POST /v1beta1/networking/vpcs - {\"name\":\"fresh\"");
	assert_int_equal(world_mkdir(w, "dev"), -EEXIST);
}

static void a_draft_is_not_posted(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, ".drafts/blue"), 0);
	assert_int_equal(world_write(w, ".drafts/blue/zone", O_CREAT, "US-EAST-04A\n"), 0);
	assert_int_equal(world_rename(w, ".drafts/blue", "blue"), 0);
	expect_nothing_sent(w);
	world_expect(w, ".drafts/blue/zone", "US-EAST-04A\n");
	expect_logged(w, "dry-run POST");
	assert_int_equal(world_rename(w, ".drafts/blue", "dev"), -EEXIST);
}

static void a_vpc_is_not_deleted(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_rmdir(w, "dev"), 0);
	expect_nothing_sent(w);
	world_expect(w, "dev/name", "dev\n");
	expect_logged(w, "dry-run DELETE /v1beta1/networking/vpcs/");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_value_is_not_patched),
		CASE(a_list_is_not_patched),
		CASE(a_new_entry_stays_without_a_value),
		CASE(a_name_is_not_patched),
		CASE(a_document_is_not_patched),
		CASE(a_directory_is_not_posted),
		CASE(a_draft_is_not_posted),
		CASE(a_vpc_is_not_deleted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
