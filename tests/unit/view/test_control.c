/* SPDX-License-Identifier: MIT */
/* `.vpcfs` and `.error`: what the mount says about itself; and that sizes are exact, there and in a
 * VPC. */
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

#define EGRESS "staging/egress/disablePublicAccess"

static int setup(void **state)
{
	return world_setup(state, &(struct world_options){.emulator = {.samples = true},
					  .ttl_ms = 60000,
					  .zone = "US-EAST-04A"});
}

static void expect_exact(struct world *w, const char *path)
{
	CLEANUP_BUF struct buf text = BUF_INIT(4 << 20);
	struct stat st;

	assert_int_equal(world_stat(w, path, &st), 0);
	assert_int_equal(world_read(w, path, &text), 0);
	if ((size_t)st.st_size != text.len)
		fail_msg("%s: size %lld, text %zu", path, (long long)st.st_size, text.len);
}

static void sizes_are_exact(void **state)
{
	static const char *const paths[] = {".vpcfs/README", ".vpcfs/version",
		".vpcfs/options", ".vpcfs/log", ".vpcfs/refresh", ".vpcfs/server-owned",
		(".vpcfs/rejected/" EGRESS), ".error", "staging/.error", "staging/name",
		"staging/spec.json", "staging/vpc.json", "staging/dhcp/dns/servers",
		"staging/vpcPrefixes/pod cidr/value", EGRESS};
	struct world *w = *state;

	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "perhaps\n"), -EINVAL);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		expect_exact(w, paths[i]);
}

static void names_are_those_of_the_contract(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf names = BUF_INIT(1 << 16);

	assert_int_equal(world_list(w, ".vpcfs", &names), 0);
	assert_string_equal(buf_str(&names),
		"README\nby-id\nlog\noptions\nrefresh\nrejected\nserver-owned\nstats\n"
		"version\n");
	assert_int_equal(world_count(w, ""), 0);
}

static void none_of_it_can_be_changed(void **state)
{
	static const char *const paths[] = {".vpcfs/README", ".vpcfs/log", ".vpcfs/version",
		".vpcfs/refresh", ".error"};
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(world_unlink(w, paths[i]), -EPERM);
	assert_int_equal(world_write(w, ".vpcfs/version", 0, "other\n"), -EPERM);
	assert_int_equal(world_rmdir(w, ".vpcfs/by-id"), -EPERM);
	assert_int_equal(world_rmdir(w, ".vpcfs/rejected"), -EPERM);
	assert_int_equal(world_rmdir(w, ".vpcfs"), -EPERM);
	assert_int_equal(world_rename(w, ".vpcfs", "vpcfs"), -EPERM);
	assert_int_equal(world_read(w, ".vpcfs/nothing", &b), -ENOENT);
	assert_int_equal(world_read(w, ".vpcfs/by-idx/nothing", &b), -ENOENT);
}

static void each_id_leads_to_its_vpc(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf ids = BUF_INIT(1 << 16), id = BUF_INIT(1024),
			       link = BUF_INIT(1024), again = BUF_INIT(1 << 16);
	char path[1100];

	assert_int_equal(world_read(w, "staging/id", &id), 0);
	assert_int_equal(world_list(w, ".vpcfs/by-id", &ids), 0);
	assert_non_null(strstr(buf_str(&ids), buf_str(&id)));
	snprintf(path, sizeof(path), ".vpcfs/by-id/%.*s", (int)id.len - 1, buf_str(&id));
	assert_int_equal(world_readlink(w, path, &link), 0);
	assert_string_equal(buf_str(&link), "../../staging");
	assert_int_equal(world_listed_type(w, ".vpcfs/by-id", path + 13), S_IFLNK);
	assert_int_equal(world_rmdir(w, "staging"), 0);
	assert_int_equal(world_list(w, ".vpcfs/by-id", &again), 0);
	assert_null(strstr(buf_str(&again), buf_str(&id)));
	assert_int_equal(world_readlink(w, path, &link), -ENOENT);
	assert_int_equal(world_readlink(w, ".vpcfs/by-id/nobody", &link), -ENOENT);
}

static void a_refused_text_is_kept_until_a_later_write_succeeds(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct stat st;

	world_expect_listed(w, ".vpcfs/rejected", "");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "perhaps\n"), -EINVAL);
	assert_int_equal(world_write(w, "staging/name", O_TRUNC, "\n"), -EINVAL);
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "sometimes\n"), -EINVAL);
	world_expect_listed(w, ".vpcfs/rejected", "staging\n");
	world_expect_listed(w, ".vpcfs/rejected/staging", "egress\nname\n");
	assert_int_equal(world_stat(w, ".vpcfs/rejected/staging", &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755); /* its files can be removed */
	assert_int_equal(world_listed_type(w, ".vpcfs/rejected", "staging"), S_IFDIR);
	assert_int_equal(world_listed_type(w, ".vpcfs/rejected/staging", "name"), S_IFREG);
	assert_int_equal(world_listed_type(w, ".vpcfs", "rejected"), S_IFDIR);
	assert_int_equal(world_listed_type(w, ".vpcfs", "log"), S_IFREG);
	assert_int_equal(world_rmdir(w, ".vpcfs/rejected/staging"), -ENOTEMPTY);
	world_expect(w, ".vpcfs/rejected/" EGRESS, "sometimes\n");
	world_expect(w, ".vpcfs/rejected/staging/name", "\n");
	assert_int_equal(world_stat(w, ".vpcfs/rejected/staging/name", &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), 0);
	assert_int_equal(world_read(w, ".vpcfs/rejected/" EGRESS, &b), -ENOENT);
	world_expect_listed(w, ".vpcfs/rejected/staging", "name\n");
	assert_int_equal(world_unlink(w, ".vpcfs/rejected/staging/name"), 0);
	world_expect_listed(w, ".vpcfs/rejected", "");
}

static void an_error_tells_what_was_refused_and_why(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf text = BUF_INIT(1 << 16), root = BUF_INIT(1 << 16);

	world_expect(w, "staging/.error", "");
	world_expect(w, ".error", "");
	world_fault(w, "PATCH:status=403*1\n");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), -EACCES);
	world_expect_in(w, "staging/.error",
		" PATCH " EGRESS " mask=egress.disablePublicAccess HTTP 403");
	world_expect_in(w, "staging/.error", " EACCES\n");
	world_expect_in(
		w, "staging/.error", "\nthe text is kept in .vpcfs/rejected/" EGRESS "\n");
	assert_int_equal(world_read(w, "staging/.error", &text), 0);
	assert_int_equal(world_read(w, ".error", &root), 0);
	assert_string_equal(buf_str(&text), buf_str(&root));
	world_expect(w, "dev/.error", "");
	/* By this driver: no HTTP status. */
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "perhaps\n"), -EINVAL);
	buf_release(&text);
	assert_int_equal(world_read(w, "staging/.error", &text), 0);
	assert_null(strstr(buf_str(&text), "HTTP"));
}

/* A read that fails later does not hide why the last change was refused; the root's .error has the
 * last failure. */
static void a_failed_reading_hides_no_refusal(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "perhaps\n"), -EINVAL);
	world_expect(w, "dev/name", "dev\n");
	assert_int_equal(world_write(w, ".vpcfs/refresh", O_TRUNC, "1\n"), 0);
	world_fault(w, "GET:status=403\nLIST:status=403\n");
	assert_int_equal(world_read(w, EGRESS, &b), -EACCES);
	world_expect_in(w, "staging/.error", "perhaps");
	world_expect_in(w, ".error", "HTTP 403");
	assert_int_equal(world_read(w, "dev/name", &b), -EACCES);
	world_expect_in(w, "dev/.error", "HTTP 403");
}

static void the_log_has_a_line_for_each_call(void **state)
{
	struct world *w = *state;

	world_expect(w, EGRESS, "false\n");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), 0);
	world_expect_in(w, ".vpcfs/log", " GET /v1beta1/networking/vpcs - 200 ");
	world_expect_in(w, ".vpcfs/log", " egress.disablePublicAccess 200 ");
	world_fault(w, "PATCH:status=403*1\n");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "false\n"), -EACCES);
	world_expect_in(w, ".vpcfs/log", " egress.disablePublicAccess 403 ");
	world_expect_in(w, ".vpcfs/log", " EACCES\n");
	world_expect_in(w, ".vpcfs/stats",
		"vpcfs_calls_total{method=\"PATCH\",status=\"200\"} 1\n");
	world_expect_in(w, ".vpcfs/stats",
		"vpcfs_calls_total{method=\"PATCH\",status=\"403\"} 1\n");
	world_expect_in(
		w, ".vpcfs/stats", "vpcfs_calls_total{method=\"GET\",status=\"200\"} 1\n");
	world_expect_in(w, ".vpcfs/stats", "vpcfs_call_duration_seconds_count 3\n");
	world_expect_in(
		w, ".vpcfs/stats", "vpcfs_call_duration_seconds_bucket{le=\"+Inf\"} 3\n");
	world_expect_in(
		w, ".vpcfs/stats", "vpcfs_call_duration_seconds_bucket{le=\"0.005\"} ");
	world_expect_in(
		w, ".vpcfs/stats", "vpcfs_call_duration_seconds_bucket{le=\"10\"} 3\n");
	world_expect_in(w, ".vpcfs/stats", "\nvpcfs_vpcs 5\n");
	world_expect_in(w, ".vpcfs/stats", "\nvpcfs_retries_total 0\n");
}

static void what_only_the_api_sets_is_named(void **state)
{
	static const char *const names[] = {"id", "status", "createdAt", "updatedAt",
		"hostPrefix", "vpc.json", ".error"};
	struct world *w = *state;
	char line[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(line, sizeof(line), "%s\n", names[i]);
		world_expect_in(w, ".vpcfs/server-owned", line);
		snprintf(line, sizeof(line), "+ %s/\n", names[i]);
		world_expect_in(w, ".vpcfs/server-owned", line);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(sizes_are_exact),
		CASE(names_are_those_of_the_contract),
		CASE(none_of_it_can_be_changed),
		CASE(each_id_leads_to_its_vpc),
		CASE(a_refused_text_is_kept_until_a_later_write_succeeds),
		CASE(an_error_tells_what_was_refused_and_why),
		CASE(a_failed_reading_hides_no_refusal),
		CASE(the_log_has_a_line_for_each_call),
		CASE(what_only_the_api_sets_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
