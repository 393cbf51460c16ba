/* SPDX-License-Identifier: MIT */
/* Waiting for an answer: with which callers it is shared, what ends the waiting, and what the
 * kernel is told before a caller goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "base/cancel.h"
#include "base/clock.h"
#include "world.h"

#define EGRESS "staging/egress/disablePublicAccess"
#define EGRESS_BODY(value)                                                                 \
	"{\"updateMask\":\"egress.disablePublicAccess\",\"egress\":{"                      \
	"\"disablePublicAccess\":" value "}}"

static int setup(void **state)
{
	return world_setup(state, &(struct world_options){.emulator = {.samples = true},
					  .ttl_ms = 60000,
					  .timeout_ms = 20000,
					  .zone = "US-EAST-04A"});
}

/* One reader of a file, in a thread of its own. */
struct reader {
	struct world *w;
	uint64_t id;
	unsigned timeout_ms;
	struct cancel cancel;
	pthread_t thread;
	int r;
};

static void *read_it(void *arg)
{
	struct reader *reader = arg;
	struct op op = world_op(reader->w);
	struct tree_open open;

	op.cancel = &reader->cancel;
	if (reader->timeout_ms)
		op.deadline_ms = clock_mono_ms() + reader->timeout_ms;
	reader->r = tree_open(reader->w->tree, &op, reader->id, O_RDONLY, &open);
	if (reader->r == 0)
		tree_release(open.handle, &op);
	return NULL;
}

static void begin(struct reader *reader, struct world *w, uint64_t id)
{
	reader->w = w;
	reader->id = id;
	cancel_init(&reader->cancel);
	assert_int_equal(pthread_create(&reader->thread, NULL, read_it, reader), 0);
}

static int end(struct reader *reader)
{
	pthread_join(reader->thread, NULL);
	cancel_release(&reader->cancel);
	return reader->r;
}

static void readers_share_a_question(void **state)
{
	struct world *w = *state;
	struct reader readers[8] = {0};
	uint64_t id = world_id(w, EGRESS);

	world_fault(w, "GET:hold*1\n");
	world_refresh(w);
	world_forget_requests(w);
	for (size_t i = 0; i < 8; i++)
		begin(&readers[i], w, id);
	world_wait_held(w, "GET");
	world_let_go(w);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(end(&readers[i]), 0);
	assert_int_equal(world_count(w, "GET"), 1);
}

static void a_reader_that_gives_up_leaves_alone(void **state)
{
	struct world *w = *state;
	struct reader one = {0}, other = {0};
	uint64_t id = world_id(w, EGRESS);

	world_fault(w, "GET:hold*1\n");
	world_refresh(w);
	begin(&one, w, id);
	world_wait_held(w, "GET");
	begin(&other, w, id);
	cancel_fire(&one.cancel);
	assert_int_equal(end(&one), -EINTR);
	world_let_go(w);
	assert_int_equal(end(&other), 0);
}

static void a_reader_waits_no_longer_than_its_deadline(void **state)
{
	struct world *w = *state;
	struct reader one = {0}, other = {.timeout_ms = 200};
	uint64_t id = world_id(w, EGRESS), began;

	world_fault(w, "GET:hold*1\n");
	world_refresh(w);
	begin(&one, w, id);
	world_wait_held(w, "GET");
	began = clock_mono_ms();
	begin(&other, w, id);
	assert_int_equal(end(&other), -ETIMEDOUT);
	assert_in_range(clock_mono_ms() - began, 200, 10000);
	world_let_go(w);
	assert_int_equal(end(&one), 0);
}

static void the_end_of_the_mount_wakes_every_reader(void **state)
{
	struct world *w = *state;
	struct reader one = {0};
	uint64_t id = world_id(w, EGRESS);

	world_fault(w, "GET:hold*1\n");
	world_refresh(w);
	begin(&one, w, id);
	world_wait_held(w, "GET");
	view_shut_down(w->view);
	assert_int_equal(end(&one), -ESHUTDOWN);
	world_let_go(w);
}

/* The answer to a question from before a refresh is not used after it. */
static void a_refresh_asks_anew_beside_a_question_under_way(void **state)
{
	struct world *w = *state;
	struct reader one = {0}, other = {0};
	uint64_t id = world_id(w, EGRESS);

	world_fault(w, "GET:hold*1\n");
	world_refresh(w);
	begin(&one, w, id);
	world_wait_held(w, "GET");
	world_refresh(w);
	begin(&other, w, id);
	assert_int_equal(end(&other), 0);
	world_let_go(w);
	assert_int_equal(end(&one), 0);
}

struct writer {
	struct world *w;
	pthread_t thread;
	int r;
};

static void *write_it(void *arg)
{
	struct writer *writer = arg;

	writer->r = world_write(writer->w, EGRESS, O_TRUNC, "true\n");
	return NULL;
}

/* An answer to a question from before a write does not take the write back. */
static void an_answer_older_than_a_write_does_not_count(void **state)
{
	struct world *w = *state;
	struct reader one = {0};
	uint64_t id = world_id(w, EGRESS);

	world_fault(w, "GET:hold-after*1\n");
	world_refresh(w);
	begin(&one, w, id);
	world_wait_held(w, "GET");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), 0);
	world_let_go(w);
	assert_int_equal(end(&one), 0);
	world_expect(w, EGRESS, "true\n");
}

static void writers_of_one_vpc_come_one_after_another(void **state)
{
	struct world *w = *state;
	struct writer writer = {.w = w};

	world_expect(w, "dev/name", "dev\n");
	world_expect(w, EGRESS, "false\n");
	world_fault(w, "PATCH:hold*1\n");
	assert_int_equal(pthread_create(&writer.thread, NULL, write_it, &writer), 0);
	world_wait_held(w, "PATCH");
	w->timeout_ms = 300;
	assert_int_equal(world_write(w, "staging/dhcp/dns/servers", O_TRUNC, "9.9.9.9\n"),
		-ETIMEDOUT);
	assert_int_equal(world_count(w, "PATCH"), 0);
	w->timeout_ms = 20000;
	/* The failure does not concern another VPC. */
	assert_int_equal(world_write(w, "dev/dhcp/dns/servers", O_TRUNC, "9.9.9.9\n"), 0);
	world_let_go(w);
	pthread_join(writer.thread, NULL);
	assert_int_equal(writer.r, 0);
	assert_int_equal(
		world_write(w, "staging/dhcp/dns/servers", O_TRUNC, "9.9.9.9\n"), 0);
}

static void the_kernel_is_told_before_a_writer_goes_on(void **state)
{
	struct world *w = *state;
	uint64_t file = world_id(w, EGRESS), spec = world_id(w, "staging/spec.json"),
		 error = world_id(w, "staging/.error"), root = world_id(w, ""),
		 other = world_id(w, "dev/name");

	world_forget_told(w);
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), 0);
	assert_true(world_is_told(w, file));
	assert_true(world_is_told(w, spec));
	assert_true(world_is_told(w, error));
	assert_true(world_is_told(w, root));
	assert_false(world_is_told(w, other));
}

static void the_kernel_is_told_what_others_changed(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	uint64_t file = world_id(w, EGRESS), other = world_id(w, "dev/name");

	world_other_patch(w, "staging", EGRESS_BODY("true"));
	world_refresh(w);
	assert_true(world_is_told(w, file));
	assert_true(world_is_told(w, other));
	world_forget_told(w);
	assert_int_equal(world_list(w, "", &b), 0);
	assert_true(world_is_told(w, file));
	assert_false(world_is_told(w, other));
}

static void the_kernel_keeps_nothing_longer_than_the_answer_is_used(void **state)
{
	struct world *w = *state;
	struct op op = world_op(w);
	struct tree_entry entry;
	uint64_t before = clock_mono_us(), id;

	world_expect(w, EGRESS, "false\n");
	id = world_id(w, EGRESS);
	assert_int_equal(tree_getattr(w->tree, &op, id, NULL, &entry), 0);
	assert_in_range(entry.expires_us, before + 60000000, clock_mono_us() + 60000000);
	/* What exists only in this mount does not come from an answer, so it has no time to live.
	 */
	id = world_id(w, "staging/.error");
	assert_int_equal(tree_getattr(w->tree, &op, id, NULL, &entry), 0);
	assert_int_equal(entry.expires_us, 0);
	/* The answers are forgotten, and new ones cannot be had. */
	id = world_id(w, "staging");
	world_refresh(w);
	assert_int_equal(tree_getattr(w->tree, &op, id, NULL, &entry), 0);
	assert_int_equal(entry.expires_us, 0);
	assert_int_equal(tree_getattr(w->tree, &op, TREE_ROOT_ID, NULL, &entry), 0);
	assert_int_equal(entry.expires_us, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(readers_share_a_question),
		CASE(a_reader_that_gives_up_leaves_alone),
		CASE(a_reader_waits_no_longer_than_its_deadline),
		CASE(the_end_of_the_mount_wakes_every_reader),
		CASE(a_refresh_asks_anew_beside_a_question_under_way),
		CASE(an_answer_older_than_a_write_does_not_count),
		CASE(writers_of_one_vpc_come_one_after_another),
		CASE(the_kernel_is_told_before_a_writer_goes_on),
		CASE(the_kernel_is_told_what_others_changed),
		CASE(the_kernel_keeps_nothing_longer_than_the_answer_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
