/* SPDX-License-Identifier: MIT */
/* rmdir of a VPC: what is sent, how often, and what counts as deleted. */
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

static int setup(void **state)
{
	int r = world_setup(state, &(struct world_options){.emulator = {.samples = true},
					   .ttl_ms = 60000,
					   .timeout_ms = 10000});

	world_expect(*state, "dev/name", "dev\n");
	return r;
}

static void a_failure_that_passes_is_tried_again(void **state)
{
	struct world *w = *state;
	struct stat st;

	world_fault(w, "DELETE:status=503*1\n");
	assert_int_equal(world_rmdir(w, "dev"), 0);
	assert_int_equal(world_count(w, "DELETE"), 2);
	assert_int_equal(world_stat(w, "dev", &st), -ENOENT);
}

static void what_was_done_in_spite_of_the_answer_is_done(void **state)
{
	struct world *w = *state;

	world_fault(w, "DELETE:status-after=503*1\n");
	assert_int_equal(world_rmdir(w, "dev"), 0);
	assert_int_equal(world_count(w, "DELETE"), 1);
}

static void the_failure_that_is_told_is_that_of_the_deletion(void **state)
{
	struct world *w = *state;

	world_fault(w, "DELETE:status=503\nGET:status=403\n");
	assert_int_equal(world_rmdir(w, "dev"), -EREMOTEIO);
	assert_int_equal(world_count(w, "DELETE"), 1);
	world_expect_in(w, ".error", " DELETE dev HTTP 503 ");
}

static void a_failure_that_stays_is_not_tried_again(void **state)
{
	struct world *w = *state;

	world_fault(w, "DELETE:status=403\n");
	assert_int_equal(world_rmdir(w, "dev"), -EACCES);
	assert_int_equal(world_count(w, "DELETE"), 1);
	world_expect(w, "dev/name", "dev\n");
}

static void a_busy_vpc_is_waited_for_once(void **state)
{
	struct world *w = *state;

	world_fault(w, "DELETE:status=400,code=9*2\n");
	assert_int_equal(world_rmdir(w, "dev"), -EBUSY);
	assert_int_equal(world_count(w, "DELETE"), 2);
	world_fault(w, "");
	world_fault(w, "DELETE:status=400,code=9*1\n");
	assert_int_equal(world_rmdir(w, "dev"), 0);
	assert_int_equal(world_count(w, "DELETE"), 4);
}

static void what_is_gone_is_deleted(void **state)
{
	struct world *w = *state;

	world_fault(w, "DELETE:status=404,code=5\nGET:status=404,code=5\n");
	assert_int_equal(world_rmdir(w, "dev"), 0);
	assert_int_equal(world_count(w, "DELETE"), 1);
}

static void what_is_only_here_is_not_lost(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_write(w, "dev/note", O_CREAT, "mine\n"), 0);
	assert_int_equal(world_rmdir(w, "dev"), -ENOTEMPTY);
	assert_int_equal(world_count(w, "DELETE"), 0);
	world_expect(w, "dev/note", "mine\n");
	assert_int_equal(world_unlink(w, "dev/note"), 0);
	assert_int_equal(world_rmdir(w, "dev"), 0);
}

static void a_lost_answer_is_said_to_be_lost(void **state)
{
	struct world *w = *state;

	world_fault(w, "DELETE:hang\n");
	w->timeout_ms = 400;
	assert_int_equal(world_rmdir(w, "dev"), -ETIMEDOUT);
	world_expect_in(w, ".error", "not known whether the VPC was deleted");
	w->timeout_ms = 10000;
	world_expect(w, "dev/name", "dev\n");
}

/* The list from before the DELETE tells nothing about after it. */
static void ls_asks_after_a_lost_answer(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf names = BUF_INIT(4096);

	assert_int_equal(world_list(w, "", &names), 0);
	assert_non_null(strstr(buf_str(&names), "dev\n"));
	world_fault(w, "DELETE:hold-after*1\n");
	w->timeout_ms = 400;
	assert_int_equal(world_rmdir(w, "dev"), -ETIMEDOUT);
	w->timeout_ms = 10000;
	buf_release(&names);
	assert_int_equal(world_list(w, "", &names), 0);
	assert_null(strstr(buf_str(&names), "dev\n"));
}

static void nodelete_deletes_nothing(void **state)
{
	struct world w;

	world_start(&w,
		&(struct world_options){
			.emulator = {.samples = true}, .ttl_ms = 60000, .nodelete = true});
	assert_int_equal(world_rmdir(&w, "dev"), -EPERM);
	world_expect_in(&w, ".error", "nodelete");
	assert_int_equal(world_count(&w, "DELETE"), 0);
	world_stop(&w);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_failure_that_passes_is_tried_again),
		CASE(what_was_done_in_spite_of_the_answer_is_done),
		CASE(the_failure_that_is_told_is_that_of_the_deletion),
		CASE(a_failure_that_stays_is_not_tried_again),
		CASE(a_busy_vpc_is_waited_for_once),
		CASE(what_is_gone_is_deleted),
		CASE(what_is_only_here_is_not_lost),
		CASE(a_lost_answer_is_said_to_be_lost),
		CASE(ls_asks_after_a_lost_answer),
		cmocka_unit_test(nodelete_deletes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
