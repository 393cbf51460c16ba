/* SPDX-License-Identifier: MIT */
/* What counts as created: the POST's own answer, a GET by id if that does not show everything, and
 * a VPC that is found if the answer is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "world.h"

#define MADE	 "{\"vpc\":{\"id\":\"made\",\"name\":\"blue\",\"zone\":\"US-EAST-04A\"}}"
#define MADE_ILL "{\"vpc\":{\"id\":\"made\",\"name\":\"blue\",\"zone\":\"US-WEST-04A\"}}"

static int setup(void **state)
{
	return world_setup(state, &(struct world_options){.emulator = {.samples = true},
					  .ttl_ms = 60000,
					  .timeout_ms = 3000,
					  .zone = "US-EAST-04A"});
}

static void make_draft(struct world *w)
{
	assert_int_equal(world_mkdir(w, ".drafts/blue"), 0);
	assert_int_equal(world_write(w, ".drafts/blue/zone", O_CREAT, "US-EAST-04A\n"), 0);
}

static void a_draft_is_kept_for_a_vpc_that_is_not_like_it(void **state)
{
	struct world *w = *state;

	make_draft(w);
	world_fault(w, "POST:body=" MADE_ILL "\nGET:made:body=" MADE_ILL "\n");
	assert_int_equal(world_rename(w, ".drafts/blue", "blue"), -EPERM);
	assert_int_equal(world_count(w, "POST"), 1);
	world_expect(w, ".drafts/blue/zone", "US-EAST-04A\n");
	world_expect_in(w, ".error", "not as asked for");
}

static void a_draft_is_kept_while_nobody_can_tell(void **state)
{
	struct world *w = *state;

	make_draft(w);
	world_fault(w, "POST:body=" MADE_ILL "\nGET:made:status=403\n");
	assert_int_equal(world_rename(w, ".drafts/blue", "blue"), -ETIMEDOUT);
	assert_int_equal(world_count(w, "POST"), 1);
	world_expect(w, ".drafts/blue/zone", "US-EAST-04A\n");
	world_expect_in(w, ".error", "is not known");
}

static void an_answer_that_shows_less_is_completed_by_a_get(void **state)
{
	struct world *w = *state;
	struct stat st;

	make_draft(w);
	world_fault(w, "POST:body={\"vpc\":{\"id\":\"made\",\"name\":\"blue\"}}\n"
		       "GET:made:body=" MADE "\n");
	assert_int_equal(world_rename(w, ".drafts/blue", "blue"), 0);
	world_expect(w, "blue/zone", "US-EAST-04A\n");
	assert_int_equal(world_stat(w, ".drafts/blue", &st), -ENOENT);
}

static void an_answer_about_another_vpc_is_none(void **state)
{
	struct world *w = *state;

	world_fault(w, "POST:body={\"vpc\":{\"id\":\"made\",\"name\":\"green\"}}\n");
	assert_int_equal(world_mkdir(w, "blue"), -ETIMEDOUT);
	assert_int_equal(world_count(w, "POST"), 1);
	world_expect_in(w, ".error", "the list does not show it");
}

static void an_error_that_the_list_confirms_is_told_as_it_is(void **state)
{
	struct world *w = *state;

	world_fault(w, "POST:status=500\n");
	assert_int_equal(world_mkdir(w, "blue"), -EREMOTEIO);
	assert_int_equal(world_count(w, "POST"), 1);
	world_fault(w, "");
	world_fault(w, "POST:status=403\n");
	assert_int_equal(world_mkdir(w, "blue"), -EACCES);
}

static void an_error_that_no_list_confirms_is_not(void **state)
{
	struct world *w = *state;

	world_fault(w, "LIST:status=403@1\nPOST:status=500\n");
	assert_int_equal(world_mkdir(w, "blue"), -ETIMEDOUT);
	world_expect_in(w, ".error", "the list cannot be read");
	assert_int_equal(world_count(w, "POST"), 1);
}

static void a_server_that_made_it_and_said_no_is_not_believed(void **state)
{
	struct world *w = *state;

	world_fault(w, "POST:status-after=500*1\n");
	assert_int_equal(world_mkdir(w, "blue"), 0);
	assert_int_equal(world_count(w, "POST"), 1);
	world_expect(w, "blue/zone", "US-EAST-04A\n");
}

static void ls_asks_after_a_lost_answer(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf names = BUF_INIT(4096);

	world_fault(w, "POST:reset-before*1\n");
	assert_int_equal(world_mkdir(w, "blue"), -ETIMEDOUT);
	world_expect_in(w, ".error", "look with ls");
	/* As if the request had only been slow. */
	assert_int_equal(world_other(w, "POST", "/v1beta1/networking/vpcs",
				 "{\"name\":\"blue\",\"zone\":\"US-EAST-04A\"}"),
		200);
	assert_int_equal(world_list(w, "", &names), 0);
	assert_non_null(strstr(buf_str(&names), "blue\n"));
}

static void a_name_that_was_freed_can_be_used_at_once(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf id = BUF_INIT(1024);
	char path[256];

	assert_int_equal(world_read(w, "dev/id", &id), 0);
	snprintf(path, sizeof(path), "/v1beta1/networking/vpcs/%.*s", (int)id.len - 1,
		buf_str(&id));
	assert_int_equal(world_other(w, "DELETE", path, NULL), 200);
	assert_int_equal(world_mkdir(w, "dev"), 0);
	world_expect(w, "dev/zone", "US-EAST-04A\n");
}

static void a_name_that_the_list_has_is_taken(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, "dev"), -EEXIST);
	assert_int_equal(world_count(w, "POST"), 0);
	world_expect_in(w, ".error", " POST dev EEXIST\n");
}

static void names_that_cannot_be_are_refused(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_mkdir(w, ".blue"), -EINVAL);
	world_expect_in(w, ".error", "cannot begin with a dot");
	assert_int_equal(world_mkdir(w, "a%zz"), -EINVAL);
	world_expect_in(w, ".error", "a%zz is not a valid name of a VPC");
	assert_int_equal(world_mkdir(w, ".vpcfs"), -EEXIST);
	assert_int_equal(world_rename(w, "dev", ".dev"), -EIO);
	assert_int_equal(world_rename(w, "dev", "staging/dev"), -EPERM);
	assert_int_equal(world_rename(w, "dev", ".drafts/dev"), -EPERM);
	assert_int_equal(world_rmdir(w, ".drafts"), -EPERM);
	assert_int_equal(world_count(w, "POST"), 0);
	assert_int_equal(world_count(w, "PATCH"), 0);
}

static void without_a_zone_mkdir_says_how(void **state)
{
	struct world w;

	world_start(&w, &(struct world_options){.emulator = {.samples = true}});
	assert_int_equal(world_mkdir(&w, "blue"), -EINVAL);
	world_expect_in(&w, ".error", "-o zone=ZONE");
	assert_int_equal(world_count(&w, "POST"), 0);
	assert_int_equal(world_mkdir(&w, ".drafts/blue"), 0);
	assert_int_equal(world_rename(&w, ".drafts/blue", "blue"), -EIO);
	assert_int_equal(world_count(&w, "POST"), 0);
	world_stop(&w);
}

static void a_draft_may_hold_many_files(void **state)
{
	struct world *w = *state;
	char path[64];

	make_draft(w);
	for (unsigned i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), ".drafts/blue/note-%u", i);
		assert_int_equal(world_write(w, path, O_CREAT, "mine\n"), 0);
	}
	assert_int_equal(world_mkdir(w, ".drafts/blue/vpcPrefixes"), 0);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), ".drafts/blue/vpcPrefixes/p%u", i);
		assert_int_equal(world_mkdir(w, path), 0);
		snprintf(path, sizeof(path), ".drafts/blue/vpcPrefixes/p%u/value", i);
		assert_int_equal(world_write(w, path, O_CREAT, "10.0.0.0/16\n"), 0);
	}
	world_fault(w, "POST:status=403*1\n");
	assert_int_equal(world_rename(w, ".drafts/blue", "blue"), -EACCES);
	for (unsigned i = 1; i < 100; i++) {
		snprintf(path, sizeof(path), ".drafts/blue/vpcPrefixes/p%u/value", i);
		assert_int_equal(world_unlink(w, path), 0);
		snprintf(path, sizeof(path), ".drafts/blue/vpcPrefixes/p%u", i);
		assert_int_equal(world_rmdir(w, path), 0);
	}
	assert_int_equal(world_rename(w, ".drafts/blue", "blue"), 0);
	world_expect(w, "blue/note-0", "mine\n");
	world_expect(w, "blue/note-299", "mine\n");
	world_expect(w, "blue/vpcPrefixes/p0/value", "10.0.0.0/16\n");
}

/* A process of that name, which lives until world_end_process. */
static pid_t process_named(const char *name)
{
	int told[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		close(told[1]);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	close(told[1]);
	assert_int_equal(read(told[0], &byte, 1), 0);
	close(told[0]);
	return pid;
}

static void a_program_that_copies_trees_makes_no_vpc(void **state)
{
	static const char *const programs[] = {"cp", "mv", "rsync", "tar", "bsdtar", "cpio",
		"pax", "scp", "sftp-server", "sshd", "sshd-session", "rclone", "unison",
		"mc", "git", "install", "unzip"};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		w->pid = process_named(programs[i]);
		if (world_mkdir(w, "blue") != -EPERM)
			fail_msg("%s makes a VPC", programs[i]);
		world_expect_in(w, ".error", "cp -r SOURCE .drafts/blue");
		/* Making a draft is allowed. */
		if (i == 0)
			assert_int_equal(world_mkdir(w, ".drafts/blue"), 0);
		world_end_process(w->pid);
	}
	assert_int_equal(world_count(w, ""), 0);
	w->pid = process_named("mkdir");
	assert_int_equal(world_mkdir(w, "green"), 0);
	world_end_process(w->pid);
	/* A caller that cannot be seen is treated as a person. */
	w->pid = -1;
	assert_int_equal(world_mkdir(w, "red"), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_draft_is_kept_for_a_vpc_that_is_not_like_it),
		CASE(a_draft_is_kept_while_nobody_can_tell),
		CASE(an_answer_that_shows_less_is_completed_by_a_get),
		CASE(an_answer_about_another_vpc_is_none),
		CASE(an_error_that_the_list_confirms_is_told_as_it_is),
		CASE(an_error_that_no_list_confirms_is_not),
		CASE(a_server_that_made_it_and_said_no_is_not_believed),
		CASE(ls_asks_after_a_lost_answer),
		CASE(a_name_that_was_freed_can_be_used_at_once),
		CASE(a_name_that_the_list_has_is_taken),
		CASE(names_that_cannot_be_are_refused),
		CASE(a_draft_may_hold_many_files),
		CASE(a_program_that_copies_trees_makes_no_vpc),
		cmocka_unit_test(without_a_zone_mkdir_says_how),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
