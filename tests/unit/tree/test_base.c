/* SPDX-License-Identifier: MIT */
/* The base of a text: only a caller that has read a text gets it as the base of its own. */
#include <signal.h>
#include <sys/wait.h>
#include "bench.h"

#define SPEC   "{\n  \"a\": 1,\n  \"b\": 2\n}\n" /* the text that the toy begins with */
#define CHANGE "{\"a\":3}\n"

/* This process, and another that lives as long as the test. */
struct two {
	struct bench *b;
	struct op other;
};

static int setup(void **state)
{
	struct two *t = calloc(1, sizeof(*t));
	void *bench;

	bench_setup(&bench);
	t->b = bench;
	t->other = t->b->op;
	t->other.pid = fork();
	while (t->other.pid == 0)
		pause();
	*state = t;
	return t->other.pid > 0 ? 0 : -1;
}

static int teardown(void **state)
{
	struct two *t = *state;
	void *bench = t->b;

	kill(t->other.pid, SIGKILL);
	waitpid(t->other.pid, NULL, 0);
	bench_teardown(&bench);
	free(t);
	return 0;
}

static void read_part(struct handle *h, const struct op *op, uint64_t off, size_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT(1000);

	assert_int_equal(tree_read(h, op, off, size, &text), 0);
}

static void save(struct two *t, struct handle *h, const char *text)
{
	struct stat attr = {.st_size = 0};
	struct tree_entry e;

	assert_int_equal(tree_setattr(t->b->tree, &t->b->op, bench_walk(t->b, "a/spec"), h,
				 &attr, TREE_SET_SIZE, &e),
		0);
	assert_int_equal(tree_write(h, &t->b->op, 0, text, strlen(text), false), 0);
}

static void expect_base(struct two *t, const char *base)
{
	assert_string_equal(toy_seen(t->b->toy)->base, base);
}

static void test_read_to_the_end_on_this_handle(void **state)
{
	struct two *t = *state;
	struct handle *h = bench_open(t->b, "a/spec", O_RDWR);

	read_part(h, &t->b->op, 0, 10);
	read_part(h, &t->b->op, 10, 1000);
	save(t, h, CHANGE);
	expect_base(t, SPEC);
	assert_int_equal(toy_seen(t->b->toy)->writer.tgid, getpid());
	/* From here on its own text is the base. */
	save(t, h, "{}\n");
	expect_base(t, CHANGE);
	tree_release(h, &t->b->op);
}

static void test_not_read_to_the_end(void **state)
{
	struct two *t = *state;
	struct handle *h = bench_open(t->b, "a/spec", O_RDWR);

	read_part(h, &t->b->op, 0, 10);
	read_part(h, &t->b->op, 11, 1000); /* a byte was left out */
	save(t, h, CHANGE);
	expect_base(t, "none");
	save(t, h, "{}\n");
	expect_base(t, "none");
	tree_release(h, &t->b->op);
}

static void test_read_by_two(void **state)
{
	struct two *t = *state;
	struct handle *h = bench_open(t->b, "a/spec", O_RDWR);

	read_part(h, &t->b->op, 0, 10);
	read_part(h, &t->other, 10, 1000);
	save(t, h, CHANGE);
	expect_base(t, "none");
	tree_release(h, &t->b->op);
}

static void test_read_by_who_cannot_be_seen(void **state)
{
	struct two *t = *state;
	struct handle *h = bench_open(t->b, "a/spec", O_RDWR);
	struct op unseen = t->b->op;

	unseen.pid = 0;
	read_part(h, &unseen, 0, 1000);
	save(t, h, CHANGE);
	expect_base(t, "none");
	tree_release(h, &t->b->op);
}

static void test_written_anew_without_reading(void **state)
{
	struct two *t = *state;
	struct handle *h = bench_open(t->b, "a/spec", O_RDWR | O_TRUNC);

	assert_int_equal(tree_write(h, &t->b->op, 0, CHANGE, strlen(CHANGE), false), 0);
	expect_base(t, "none");
	/* Nor does it get one by reading what it wrote. */
	read_part(h, &t->b->op, 0, 1000);
	save(t, h, "{}\n");
	expect_base(t, "none");
	tree_release(h, &t->b->op);
}

static void test_a_text_that_still_holds_some_of_it(void **state)
{
	struct two *t = *state;
	struct handle *h = bench_open(t->b, "a/spec", O_WRONLY);

	assert_int_equal(tree_write(h, &t->b->op, 2, "\n\n", 2, false), 0);
	assert_int_equal(tree_flush(h, &t->b->op), 0);
	expect_base(t, SPEC);
	tree_release(h, &t->b->op);
	h = bench_open(t->b, "a/spec", O_WRONLY);
	assert_int_equal(
		tree_write(h, &t->b->op, 0, SPEC "      ", strlen(SPEC) + 6, false), 0);
	assert_int_equal(tree_flush(h, &t->b->op), 0);
	expect_base(t, "none");
	tree_release(h, &t->b->op);
}

static void test_a_refused_store_leaves_the_base(void **state)
{
	struct two *t = *state;
	struct handle *h = bench_open(t->b, "a/spec", O_RDWR);
	struct stat attr = {.st_size = 0};
	struct tree_entry e;

	read_part(h, &t->b->op, 0, 1000);
	assert_int_equal(tree_setattr(t->b->tree, &t->b->op, bench_walk(t->b, "a/spec"), h,
				 &attr, TREE_SET_SIZE, &e),
		0);
	toy_fail(t->b->toy, EBUSY);
	assert_int_equal(tree_write(h, &t->b->op, 0, CHANGE, 8, false), -EBUSY);
	toy_fail(t->b->toy, 0);
	assert_int_equal(tree_write(h, &t->b->op, 0, CHANGE, 8, false), 0);
	expect_base(t, SPEC);
	tree_release(h, &t->b->op);
}

/* An editor reads, closes, and saves by a scratch file. */
static void read_and_close(struct two *t, const struct op *op)
{
	struct handle *h = bench_open(t->b, "a/spec", O_RDONLY);

	read_part(h, op, 0, 1000);
	tree_release(h, op);
}

static void write_as(struct two *t, const struct op *op, int flags, const char *text)
{
	struct handle *h = bench_open(t->b, "a/tmp", O_WRONLY | flags);

	assert_int_equal(tree_write(h, op, 0, text, strlen(text), false), 0);
	tree_release(h, op);
}

static void move(struct two *t, const struct op *op, const char *name, const char *new_name)
{
	uint64_t a = bench_walk(t->b, "a");

	assert_int_equal(tree_rename(t->b->tree, op, a, name, a, new_name, 0), 0);
}

static void expect_callers(struct two *t, pid_t writer, pid_t mover)
{
	assert_int_equal(toy_seen(t->b->toy)->writer.tgid, writer);
	assert_int_equal(toy_seen(t->b->toy)->mover.tgid, mover);
}

static void test_a_scratch_file_has_the_base_of_its_writer(void **state)
{
	struct two *t = *state;

	read_and_close(t, &t->b->op);
	bench_put(t->b, "a", "tmp", CHANGE);
	move(t, &t->other, "tmp", "spec");
	expect_base(t, SPEC);
	expect_callers(t, getpid(), t->other.pid);
	bench_put(t->b, "a", "tmp", "{}\n");
	write_as(t, &t->other, O_TRUNC, CHANGE);
	move(t, &t->b->op, "tmp", "spec");
	expect_base(t, "none");
	expect_callers(t, t->other.pid, getpid());
}

static void test_a_writer_without_a_base_leaves_one(void **state)
{
	struct two *t = *state;

	read_and_close(t, &t->b->op);
	bench_put(t->b, "a", "tmp", CHANGE);
	write_as(t, &t->other, 0, "{}\n");
	move(t, &t->b->op, "tmp", "spec");
	expect_base(t, SPEC);
	expect_callers(t, t->other.pid, getpid());
}

static void test_an_emptied_scratch_file_has_no_base(void **state)
{
	struct two *t = *state;
	struct stat attr = {.st_size = 0};
	struct tree_entry e;

	read_and_close(t, &t->b->op);
	bench_put(t->b, "a", "tmp", CHANGE);
	assert_int_equal(tree_setattr(t->b->tree, &t->b->op, bench_walk(t->b, "a/tmp"),
				 NULL, &attr, TREE_SET_SIZE, &e),
		0);
	move(t, &t->b->op, "tmp", "list");
	expect_base(t, "none");
	expect_callers(t, 0, getpid());
	bench_expect_log(t->b, "rename a/list \n");
}

static void test_a_copy_is_its_own_base(void **state)
{
	struct two *t = *state;

	move(t, &t->b->op, "spec", "spec~");
	move(t, &t->other, "spec~", "spec");
	expect_base(t, SPEC);
	expect_callers(t, getpid(), t->other.pid);
}

static void test_a_base_of_another_kind_of_file(void **state)
{
	struct two *t = *state;

	move(t, &t->b->op, "spec", "spec~");
	move(t, &t->b->op, "spec~", "value");
	expect_base(t, "none");
}

static void test_a_refused_rename_leaves_the_base(void **state)
{
	struct two *t = *state;
	uint64_t a = bench_walk(t->b, "a");

	read_and_close(t, &t->b->op);
	bench_put(t->b, "a", "tmp", CHANGE);
	for (int i = 0; i < 2; i++) {
		toy_fail(t->b->toy, EBUSY);
		assert_int_equal(
			tree_rename(t->b->tree, &t->b->op, a, "tmp", a, "spec", 0), -EBUSY);
		expect_base(t, SPEC);
	}
	toy_fail(t->b->toy, 0);
	move(t, &t->b->op, "tmp", "spec");
	expect_base(t, SPEC);
}

/* Each write to a read-only file asks for the text: that of open may be stale. */
static void test_read_only_files_are_asked_for_each_time(void **state)
{
	struct two *t = *state;
	struct handle *h = bench_open(t->b, "a/ro", O_WRONLY | O_TRUNC);

	assert_int_equal(tree_write(h, &t->b->op, 0, "fixed\n", 6, false), 0);
	assert_int_equal(tree_write(h, &t->b->op, 6, "text\n", 5, false), 0);
	assert_int_equal(toy_seen(t->b->toy)->must_ask, 2);
	assert_int_equal(tree_flush(h, &t->b->op), 0);
	assert_int_equal(tree_fsync(h, &t->b->op), 0);
	tree_release(h, &t->b->op);
	assert_int_equal(toy_seen(t->b->toy)->must_ask, 2);
	bench_put(t->b, "a", "tmp", "fixed\ntext\n");
	move(t, &t->b->op, "tmp", "ro");
	assert_int_equal(toy_seen(t->b->toy)->must_ask, 3);
	bench_expect_log(t->b, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read_to_the_end_on_this_handle),
		TEST(test_not_read_to_the_end),
		TEST(test_read_by_two),
		TEST(test_read_by_who_cannot_be_seen),
		TEST(test_written_anew_without_reading),
		TEST(test_a_text_that_still_holds_some_of_it),
		TEST(test_a_refused_store_leaves_the_base),
		TEST(test_a_scratch_file_has_the_base_of_its_writer),
		TEST(test_a_writer_without_a_base_leaves_one),
		TEST(test_an_emptied_scratch_file_has_no_base),
		TEST(test_a_copy_is_its_own_base),
		TEST(test_a_base_of_another_kind_of_file),
		TEST(test_a_refused_rename_leaves_the_base),
		TEST(test_read_only_files_are_asked_for_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
