/* SPDX-License-Identifier: MIT */
/* The meanings of a rename. */
#include "bench.h"

static int move(struct bench *b, const char *dir, const char *name, const char *new_dir,
	const char *new_name, unsigned flags)
{
	return tree_rename(b->tree, &b->op, bench_walk(b, dir), name,
		bench_walk(b, new_dir), new_name, flags);
}

static void test_scratch_onto_field(void **state)
{
	struct bench *b = *state;

	bench_put(b, "a", "tmp", "two\n");
	assert_int_equal(move(b, "a", "tmp", "a", "value", 0), 0);
	bench_expect_log(b, "rename a/value two\\n\n");
	bench_expect(b, "a/value", "two\n");
	assert_int_equal(bench_lookup(b, "a", "tmp"), -ENOENT);
}

static void test_refused_text_stays(void **state)
{
	struct bench *b = *state;

	bench_put(b, "a", "tmp", "bad\n");
	assert_int_equal(move(b, "a", "tmp", "a", "value", 0), -EIO);
	bench_expect(b, "a/tmp", "bad\n");
	bench_expect(b, "a/value", "one\n");
	toy_fail(b->toy, ESTALE);
	assert_int_equal(move(b, "a", "tmp", "a", "value", 0), -EBUSY);
	bench_expect(b, "a/tmp", "bad\n");
}

/* GLib and sponge rename while they hold the file open. */
static void test_still_open(void **state)
{
	struct bench *b = *state;
	struct handle *h;

	bench_put(b, "a", "tmp", "two\n");
	h = bench_open(b, "a/tmp", O_WRONLY);
	assert_int_equal(tree_write(h, &b->op, 0, "six\n", 4, false), 0);
	assert_int_equal(move(b, "a", "tmp", "a", "value", 0), 0);
	assert_int_equal(tree_flush(h, &b->op), 0);
	tree_release(h, &b->op);
	bench_expect_log(b, "rename a/value six\\n\n");
	bench_expect(b, "a/value", "six\n");
}

static void test_onto_read_only(void **state)
{
	struct bench *b = *state;

	bench_put(b, "a", "tmp", "fixed\ntext\n");
	bench_put(b, "a", "tmp2", "other\n");
	assert_int_equal(move(b, "a", "tmp", "a", "ro", 0), 0);
	assert_int_equal(bench_lookup(b, "a", "tmp"), -ENOENT);
	assert_int_equal(move(b, "a", "tmp2", "a", "ro", 0), -EPERM);
	bench_expect(b, "a/tmp2", "other\n");
}

static void test_refused_kinds(void **state)
{
	struct bench *b = *state;
	uint64_t a = bench_walk(b, "a");
	struct tree_entry e;

	assert_int_equal(tree_symlink(b->tree, &b->op, a, "sl", "x", &e), 0);
	assert_int_equal(tree_mkdir(b->tree, &b->op, a, "dir", 0700, &e), 0);
	bench_put(b, "a", "tmp", "two\n");
	assert_int_equal(move(b, "a", "sl", "a", "value", 0), -EPERM);
	assert_int_equal(move(b, "a", "dir", "a", "value", 0), -EPERM);
	assert_int_equal(move(b, "a", "flag", "a", "value", 0), -EPERM);
	assert_int_equal(move(b, "a", "flag", "a", "sub", 0), -EISDIR);
	assert_int_equal(move(b, "a", "link", "a", "x", 0), -EPERM);
	assert_int_equal(move(b, "a", "tmp", "a", "sub", 0), -EISDIR);
	assert_int_equal(move(b, "a", "dir", "a", "sub", 0), -ENOTEMPTY);
	assert_int_equal(move(b, "a", "sub", "a", "other", 0), -EPERM);
	assert_int_equal(move(b, "a", "value", "a", "value", 0), 0);
	assert_int_equal(move(b, "a", "tmp", "a", "value", RENAME_NOREPLACE), -EEXIST);
	assert_int_equal(move(b, "a", "tmp", "a", "value", RENAME_EXCHANGE), -EINVAL);
	assert_int_equal(move(b, "a", "nothing", "a", "value", 0), -ENOENT);
	bench_expect_log(b, "");
}

static void test_between_objects(void **state)
{
	struct bench *b = *state;

	bench_put(b, "a", "tmp", "two\n");
	assert_int_equal(move(b, "a", "tmp", "b", "tmp", 0), -EXDEV);
	assert_int_equal(move(b, "a", "tmp", "b", "value", 0), -EXDEV);
	assert_int_equal(move(b, "a", "value", "b", "x", 0), -EXDEV);
	assert_int_equal(move(b, "a", "tmp", "a/sub", "tmp", 0), 0);
	assert_int_equal(move(b, "a/sub", "tmp", "a", "value", 0), 0);
	bench_expect_log(b, "rename a/value two\\n\n");
}

/* vim, emacs, cp -b, mv -b, sed -i.bak move the file away before they write it anew. */
static void test_snapshot(void **state)
{
	struct bench *b = *state;
	struct tree_entry e;

	assert_int_equal(move(b, "a", "value", "a", "value~", 0), 0);
	bench_expect(b, "a/value~", "one\n");
	bench_expect(b, "a/value", "one\n");
	assert_int_equal(tree_lookup(b->tree, &b->op, bench_walk(b, "a"), "value~", &e), 0);
	assert_true(e.scratch);
	assert_int_equal(e.attr.st_mode, S_IFREG | 0600);
	assert_int_equal(e.attr.st_uid, 7);
	assert_int_equal(e.attr.st_nlink, 1);
	assert_int_equal(e.attr.st_mtim.tv_sec, 1700000000);
	/* And back, as after a failed save. */
	assert_int_equal(move(b, "a", "value~", "a", "value", 0), 0);
	bench_expect_log(b, "rename a/value one\\n\n");
	assert_int_equal(bench_lookup(b, "a", "value~"), -ENOENT);
	/* Over an older backup. */
	bench_put(b, "a", "flag~", "old");
	assert_int_equal(move(b, "a", "flag", "a", "flag~", RENAME_NOREPLACE), -EEXIST);
	assert_int_equal(move(b, "a", "flag", "a", "flag~", 0), 0);
	bench_expect(b, "a/flag~", "false\n");
	assert_int_equal(move(b, "a", "flag", "", "x", 0), -EXDEV);
}

static void test_object(void **state)
{
	struct bench *b = *state;
	uint64_t a = bench_walk(b, "a");

	bench_put(b, "a", "note", "kept\n");
	assert_int_equal(move(b, "", "a", "", "b", 0), -EEXIST);
	assert_int_equal(move(b, "", "a", "", "b", RENAME_NOREPLACE), -EEXIST);
	assert_int_equal(move(b, "", "a", "a/sub", "x", 0), -EINVAL);
	assert_int_equal(move(b, "", "a", "", "c", 0), 0);
	assert_int_equal(bench_lookup(b, "", "a"), -ENOENT);
	assert_int_equal(bench_walk(b, "c"), a);
	bench_expect(b, "c/note", "kept\n");
	bench_expect(b, "c/sub/value", "deep\n");
}

static void test_scratch_dirs(void **state)
{
	struct bench *b = *state;
	uint64_t a = bench_walk(b, "a");
	struct tree_entry e;

	assert_int_equal(tree_mkdir(b->tree, &b->op, a, "d", 0700, &e), 0);
	assert_int_equal(tree_mkdir(b->tree, &b->op, e.id, "inner", 0700, &e), 0);
	bench_put(b, "a/d/inner", "f", "x");
	assert_int_equal(move(b, "a", "d", "a/d/inner", "d", 0), -EINVAL);
	assert_int_equal(move(b, "a", "d", "a/sub", "moved", 0), 0);
	bench_expect(b, "a/sub/moved/inner/f", "x");
	assert_int_equal(tree_mkdir(b->tree, &b->op, a, "e", 0700, &e), 0);
	assert_int_equal(move(b, "a", "e", "a/sub", "moved", 0), -ENOTEMPTY);
	assert_int_equal(move(b, "a/sub", "moved", "a", "e", 0), 0);
	bench_expect(b, "a/e/inner/f", "x");
	bench_put(b, "a", "file", "x");
	assert_int_equal(move(b, "a", "file", "a", "e", 0), -EISDIR);
	assert_int_equal(move(b, "a", "e", "a", "file", 0), -ENOTDIR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_scratch_onto_field),
		TEST(test_refused_text_stays),
		TEST(test_still_open),
		TEST(test_onto_read_only),
		TEST(test_refused_kinds),
		TEST(test_between_objects),
		TEST(test_snapshot),
		TEST(test_object),
		TEST(test_scratch_dirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
