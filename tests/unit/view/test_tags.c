/* SPDX-License-Identifier: MIT */
/* ETags: when the mount asks with one, and that what is read then is as true as with a full answer.
 */
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

#define LIST_FULL      "GET /v1beta1/networking/vpcs - 200"
#define LIST_UNCHANGED "GET /v1beta1/networking/vpcs - 304"
#define EGRESS	       "staging/egress/disablePublicAccess"
#define EGRESS_BODY(value)                                                                 \
	"{\"updateMask\":\"egress.disablePublicAccess\",\"egress\":{"                      \
	"\"disablePublicAccess\":" value "}}"

/* With this ttl every read asks. */
static void start(struct world *w)
{
	world_start(w, &(struct world_options){
			       .emulator = {.samples = true}, .zone = "US-EAST-04A"});
}

static void list(struct world *w, const char *has, const char *has_not)
{
	CLEANUP_BUF struct buf names = BUF_INIT(1 << 16);

	assert_int_equal(world_list(w, "", &names), 0);
	if (has)
		assert_non_null(strstr(buf_str(&names), has));
	if (has_not)
		assert_null(strstr(buf_str(&names), has_not));
}

/* The next list is asked for in full, or not. */
static void expect_list(
	struct world *w, bool full, bool unchanged, const char *has, const char *has_not)
{
	world_forget_requests(w);
	list(w, has, has_not);
	assert_int_equal(world_count(w, LIST_FULL) > 0, full);
	assert_int_equal(world_count(w, LIST_UNCHANGED) > 0, unchanged);
}

/* Answers to a GET of one VPC with that status, since the requests were last forgotten. */
static size_t answers(struct world *w, const char *status)
{
	size_t all, lists;
	char text[64];

	snprintf(text, sizeof(text), " - %s ", status);
	all = world_count(w, text);
	snprintf(text, sizeof(text), "networking/vpcs - %s ", status);
	lists = world_count(w, text);
	return all - lists;
}

static void expect_read(struct world *w, bool full, bool unchanged, const char *text)
{
	world_forget_requests(w);
	world_expect(w, EGRESS, text);
	assert_int_equal(answers(w, "200") > 0, full);
	assert_int_equal(answers(w, "304") > 0, unchanged);
	assert_int_equal(world_count(w, LIST_FULL), 0);
}

static void a_list_is_asked_for_changes(void **state)
{
	struct world w;

	start(&w);
	expect_list(&w, true, false, "staging\n", "new\n");
	for (int i = 0; i < 3; i++)
		expect_list(&w, false, true, "staging\n", "new\n");
	assert_int_equal(world_other(&w, "POST", "/v1beta1/networking/vpcs",
				 "{\"name\":\"new\",\"zone\":\"Z\"}"),
		200);
	expect_list(&w, true, false, "new\n", NULL);
	expect_list(&w, false, true, "new\n", NULL);
	world_stop(&w);
}

static void one_vpc_is_asked_for_changes(void **state)
{
	struct world w;

	start(&w);
	list(&w, NULL, NULL);
	world_expect(&w, EGRESS, "false\n");
	expect_read(&w, false, true, "false\n");
	expect_read(&w, false, true, "false\n");
	world_other_patch(&w, "staging", EGRESS_BODY("true"));
	expect_read(&w, true, true, "true\n");
	expect_read(&w, false, true, "true\n");
	world_other_patch(&w, "staging", EGRESS_BODY("false"));
	expect_read(&w, true, true, "false\n");
	world_stop(&w);
}

/* The list's ETag stands for what the list said, not for what was learnt, done or forgotten since.
 */
static void what_the_list_does_not_say_is_asked_for(void **state)
{
	struct world w;

	start(&w);
	list(&w, NULL, NULL);
	expect_list(&w, false, true, NULL, NULL);
	/* learnt by id */
	world_other_patch(&w, "staging", EGRESS_BODY("true"));
	world_expect(&w, EGRESS, "true\n");
	expect_list(&w, true, false, NULL, NULL);
	expect_list(&w, false, true, NULL, NULL);
	/* written */
	assert_int_equal(world_write(&w, EGRESS, O_TRUNC, "false\n"), 0);
	expect_list(&w, true, false, NULL, NULL);
	expect_list(&w, false, true, NULL, NULL);
	/* created and deleted */
	assert_int_equal(world_mkdir(&w, "new"), 0);
	expect_list(&w, true, false, "new\n", NULL);
	expect_list(&w, false, true, "new\n", NULL);
	assert_int_equal(world_rmdir(&w, "new"), 0);
	expect_list(&w, true, false, NULL, "new\n");
	expect_list(&w, false, true, NULL, "new\n");
	/* forgotten */
	assert_int_equal(world_write(&w, ".vpcfs/refresh", O_TRUNC, "1\n"), 0);
	expect_list(&w, true, false, NULL, NULL);
	world_stop(&w);
}

/* After a VPC was changed back, the ETag from before must not tell the mount that nothing has
 * changed. */
static void the_same_tag_again(void **state)
{
	struct world w;

	/* Without times in it, the same content has the same ETag again. */
	world_start(&w, &(struct world_options){.emulator = {.samples = true,
							.profile = EMULATOR_REFERENCE}});
	world_expect(&w, EGRESS, "false\n");
	list(&w, NULL, NULL);
	assert_int_equal(world_write(&w, EGRESS, O_TRUNC, "true\n"), 0);
	world_other_patch(&w, "staging", EGRESS_BODY("false"));
	world_expect(&w, EGRESS, "false\n");
	assert_int_equal(world_write(&w, EGRESS, O_TRUNC, "true\n"), 0);
	world_expect(&w, EGRESS, "true\n");
	list(&w, NULL, NULL);
	world_expect(&w, EGRESS, "true\n");
	world_stop(&w);
}

/* A VPC that the service still lists while it deletes it stays gone. */
static void deleted_but_listed(void **state)
{
	struct world w;

	world_start(&w, &(struct world_options){
				.emulator = {.samples = true, .provision_ms = 60000}});
	list(&w, "staging\n", NULL);
	assert_int_equal(world_rmdir(&w, "staging"), 0);
	for (int i = 0; i < 3; i++)
		expect_list(&w, true, false, NULL, "staging\n");
	world_stop(&w);
}

/* Its tag names a document, and what is known is that there is none. */
static void what_is_gone_comes_back_as_it_was(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct world w;

	start(&w);
	list(&w, "staging\n", NULL);
	world_expect(&w, EGRESS, "false\n");
	expect_read(&w, false, true, "false\n");
	world_fault(&w, "GET:status=404,code=5");
	assert_int_equal(world_read(&w, EGRESS, &b), -ENOENT);
	world_fault(&w, "");
	list(&w, "staging\n", NULL);
	world_expect(&w, EGRESS, "false\n");
	world_stop(&w);
}

static void unchanged_without_being_asked(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct world w;

	start(&w);
	list(&w, NULL, NULL);
	assert_int_equal(world_write(&w, ".vpcfs/refresh", O_TRUNC, "1\n"), 0);
	world_fault(&w, "ANY:status=304");
	assert_int_equal(world_list(&w, "", &b), -EBADMSG);
	assert_int_equal(world_read(&w, EGRESS, &b), -EBADMSG);
	world_fault(&w, "");
	list(&w, "staging\n", NULL);
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_asked_for_changes),
		cmocka_unit_test(one_vpc_is_asked_for_changes),
		cmocka_unit_test(what_the_list_does_not_say_is_asked_for),
		cmocka_unit_test(the_same_tag_again),
		cmocka_unit_test(deleted_but_listed),
		cmocka_unit_test(what_is_gone_comes_back_as_it_was),
		cmocka_unit_test(unchanged_without_being_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
