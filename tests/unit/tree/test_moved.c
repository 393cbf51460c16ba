/* SPDX-License-Identifier: MIT */
/* A rename moves the kernel's inode. These tests check what its id stands for afterwards, and keep
 * an id for as long as the kernel would. */
#include <pthread.h>
#include "bench.h"

#define ROUNDS 10000

static int move(struct bench *b, const char *name, const char *new_name)
{
	uint64_t a = bench_walk(b, "a");

	return tree_rename(b->tree, &b->op, a, name, a, new_name, 0);
}

static struct handle *open_id(struct bench *b, uint64_t id, int flags)
{
	struct tree_open open;

	assert_int_equal(tree_open(b->tree, &b->op, id, flags, &open), 0);
	return open.handle;
}

static void write_id(struct bench *b, uint64_t id, const char *text)
{
	struct handle *h = open_id(b, id, O_WRONLY | O_TRUNC);

	assert_int_equal(tree_write(h, &b->op, 0, text, strlen(text), false), 0);
	assert_int_equal(tree_flush(h, &b->op), 0);
	tree_release(h, &b->op);
}

/* Opening an id that was moved makes the kernel look the name up again. */
static void expect_sent_away(struct bench *b, uint64_t id)
{
	struct tree_open open;
	struct tree_entry e;
	struct stat empty = {.st_size = 0};

	assert_int_equal(
		tree_open(b->tree, &b->op, id, O_WRONLY | O_TRUNC, &open), -ESTALE);
	assert_int_equal(tree_open(b->tree, &b->op, id, O_RDONLY, &open), -ESTALE);
	assert_int_equal(tree_setattr(b->tree, &b->op, id, NULL, &empty, TREE_SET_SIZE, &e),
		-ESTALE);
}

static void test_the_id_is_the_copy(void **state)
{
	struct bench *b = *state;
	uint64_t id = bench_walk(b, "a/value");
	struct tree_entry e;

	assert_int_equal(move(b, "value", "value~"), 0);
	expect_sent_away(b, id);
	write_id(b, bench_walk(b, "a/value~"), "copy\n");
	bench_expect(b, "a/value~", "copy\n");
	bench_expect(b, "a/value", "one\n");
	assert_int_equal(tree_getattr(b->tree, &b->op, id, NULL, &e), 0);
	assert_int_equal(e.attr.st_size, 5);
	assert_int_equal(e.attr.st_uid, 7);
	assert_int_equal(e.id, id);
	bench_expect_log(b, "");
	assert_true(bench_walk(b, "a/value") != id);
	assert_true(bench_walk(b, "a/value~") != id);
}

/* A descriptor of the field stays one: its writes never reach only the copy. */
static void test_open_before(void **state)
{
	struct bench *b = *state;
	uint64_t id = bench_walk(b, "a/value");
	struct handle *decided = open_id(b, id, O_WRONLY | O_TRUNC);
	struct handle *flushed = open_id(b, id, O_WRONLY | O_TRUNC);

	assert_int_equal(tree_write(flushed, &b->op, 0, "flushed", 7, false), 0);
	assert_int_equal(move(b, "value", "value~"), 0);
	assert_int_equal(tree_write(decided, &b->op, 0, "decided\n", 8, false), 0);
	assert_int_equal(tree_flush(flushed, &b->op), 0);
	bench_expect_log(b, "write a/value decided\\n\nflush a/value flushed\n");
	bench_expect(b, "a/value~", "one\n");
	tree_release(decided, &b->op);
	tree_release(flushed, &b->op);
}

/* Afterwards the kernel may have either id for the field, for as long as it keeps the name. */
static void test_renamed_back(void **state)
{
	struct bench *b = *state;
	uint64_t id = bench_walk(b, "a/value"), copy;

	assert_int_equal(move(b, "value", "value~"), 0);
	copy = bench_walk(b, "a/value~");
	assert_int_equal(move(b, "value~", "value"), 0);
	free(toy_take_log(b->toy));
	expect_sent_away(b, copy);
	write_id(b, bench_walk(b, "a/value"), "two\n");
	bench_expect_log(b, "write a/value two\\n\n");
	assert_int_equal(move(b, "value", "value~"), 0);
	expect_sent_away(b, id);
	write_id(b, bench_walk(b, "a/value~"), "copy\n");
	bench_expect(b, "a/value~", "copy\n");
	bench_expect_log(b, "");
}

static void test_a_scratch_file_that_became_the_field(void **state)
{
	struct bench *b = *state;
	struct handle *h;
	struct tree_entry e;
	uint64_t tmp, a = bench_walk(b, "a");

	bench_put(b, "a", "tmp", "two\n");
	tmp = bench_walk(b, "a/tmp");
	h = open_id(b, tmp, O_RDWR);
	assert_int_equal(move(b, "tmp", "value"), 0);
	assert_int_equal(tree_getattr(b->tree, &b->op, tmp, NULL, &e), 0);
	assert_int_equal(e.attr.st_uid, 1000);
	/* An open file stays the file that it was opened as. */
	assert_int_equal(tree_write(h, &b->op, 0, "six\n", 4, false), -ESTALE);
	assert_int_equal(tree_getattr(b->tree, &b->op, tmp, h, &e), 0);
	assert_int_equal(e.attr.st_uid, 7);
	tree_release(h, &b->op);
	bench_expect(b, "a/value", "two\n");
	/* With another name it stays a file of its own. */
	bench_put(b, "a", "tmp", "three\n");
	tmp = bench_walk(b, "a/tmp");
	assert_int_equal(tree_link(b->tree, &b->op, tmp, a, "other", &e), 0);
	assert_int_equal(move(b, "tmp", "value"), 0);
	write_id(b, tmp, "mine\n");
	bench_expect(b, "a/other", "mine\n");
	bench_expect(b, "a/value", "three\n");
	/* A copy has one name only. */
	assert_int_equal(move(b, "value", "value~"), 0);
	assert_int_equal(
		tree_link(b->tree, &b->op, bench_walk(b, "a/value~"), a, "x", &e), -EMLINK);
}

static void test_all_is_given_back(void **state)
{
	struct bench *b = *state;
	uint64_t ids[100];
	struct tree_stats s;

	for (size_t i = 0; i < 100; i++) {
		ids[i] = bench_walk(b, "a/value");
		assert_int_equal(move(b, "value", "value~"), 0);
		assert_int_equal(move(b, "value~", "value"), 0);
	}
	tree_stats(b->tree, &s);
	assert_true(s.scratch_nodes <= 100);
	for (size_t i = 0; i < 100; i++)
		tree_forget(b->tree, ids[i], 100);
	for (uint64_t id = 2; id < 20; id++)
		tree_forget(b->tree, id, 1000);
	tree_stats(b->tree, &s);
	assert_int_equal(s.scratch_nodes, 0);
	assert_int_equal(s.nodes, 1);
}

static void test_a_long_way(void **state)
{
	struct bench *b = *state;
	uint64_t first = bench_walk(b, "a/value");

	for (int i = 0; i < 20000; i++) {
		uint64_t a = bench_walk(b, "a");

		assert_int_equal(
			tree_rename(b->tree, &b->op, a, "value", a, "value~", 0), 0);
		assert_int_equal(
			tree_rename(b->tree, &b->op, a, "value~", a, "value", 0), 0);
		free(toy_take_log(b->toy));
	}
	expect_sent_away(b, first);
	write_id(b, bench_walk(b, "a/value"), "two\n");
	bench_expect_log(b, "write a/value two\\n\n");
}

/* A thread that reads both names all the time, and so makes their nodes. */
struct reader {
	struct bench *b;
	uint64_t a;
	bool stop;
};

static void read_name(const struct reader *r, const char *name)
{
	struct op op = r->b->op;
	struct buf text = BUF_INIT(100);
	struct tree_entry e;
	struct tree_open open;

	if (tree_lookup(r->b->tree, &op, r->a, name, &e) < 0)
		return;
	if (tree_open(r->b->tree, &op, e.id, O_RDONLY, &open) == 0) {
		tree_read(open.handle, &op, 0, 100, &text);
		tree_release(open.handle, &op);
	}
	buf_release(&text);
	tree_forget(r->b->tree, e.id, 1);
}

static void *read_on(void *arg)
{
	struct reader *r = arg;

	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
		read_name(r, "value");
		read_name(r, "value~");
	}
	return NULL;
}

static void write_name(struct bench *b, uint64_t dir, const char *name, const char *text)
{
	struct tree_entry e;

	assert_int_equal(tree_lookup(b->tree, &b->op, dir, name, &e), 0);
	write_id(b, e.id, text);
	tree_forget(b->tree, e.id, 1);
}

static void one_round(struct bench *b, uint64_t a, int i)
{
	char text[32], log[64];
	struct tree_entry e;

	assert_int_equal(tree_lookup(b->tree, &b->op, a, "value", &e), 0);
	assert_int_equal(tree_rename(b->tree, &b->op, a, "value", a, "value~", 0), 0);
	snprintf(text, sizeof(text), "copy %d\n", i);
	expect_sent_away(b, e.id);
	write_name(b, a, "value~", text);
	bench_expect_log(b, "");
	assert_int_equal(tree_rename(b->tree, &b->op, a, "value~", a, "value", 0), 0);
	snprintf(log, sizeof(log), "rename a/value copy %d\\n\n", i);
	bench_expect_log(b, log);
	tree_forget(b->tree, e.id, 1);
}

static void test_stress(void **state)
{
	struct bench *b = *state;
	struct reader r = {.b = b, .a = bench_walk(b, "a")};
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, read_on, &r), 0);
	for (int i = 0; i < ROUNDS; i++)
		one_round(b, r.a, i);
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_id_is_the_copy),
		TEST(test_open_before),
		TEST(test_renamed_back),
		TEST(test_a_scratch_file_that_became_the_field),
		TEST(test_all_is_given_back),
		TEST(test_a_long_way),
		TEST(test_stress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
