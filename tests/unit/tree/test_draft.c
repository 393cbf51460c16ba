/* SPDX-License-Identifier: MIT */
/* Drafts: where they may be moved, and what happens to the files in them. */
#include "bench.h"

#define DRAFTS ".drafts"

static int move(struct bench *b, const char *dir, const char *name, const char *new_dir,
	const char *new_name, unsigned flags)
{
	return tree_rename(b->tree, &b->op, bench_walk(b, dir), name,
		bench_walk(b, new_dir), new_name, flags);
}

static void make_dir(struct bench *b, const char *dir, const char *name)
{
	struct tree_entry e;

	assert_int_equal(
		tree_mkdir(b->tree, &b->op, bench_walk(b, dir), name, 0700, &e), 0);
}

static int setup(void **state)
{
	int r = bench_setup(state);
	struct bench *b = *state;
	struct tree_entry e;

	make_dir(b, DRAFTS, "x");
	make_dir(b, DRAFTS "/x", "sub");
	make_dir(b, DRAFTS "/x", "docs");
	make_dir(b, DRAFTS "/x/docs", "more");
	bench_put(b, DRAFTS "/x", "value", "two\n");
	bench_put(b, DRAFTS "/x", "note", "a note\n");
	bench_put(b, DRAFTS "/x/sub", "value", "deeper\n");
	bench_put(b, DRAFTS "/x/sub", "beside", "beside\n");
	bench_put(b, DRAFTS "/x/docs/more", "text", "text\n");
	assert_int_equal(tree_symlink(b->tree, &b->op, bench_walk(b, DRAFTS "/x"), "soft",
				 "note", &e),
		0);
	return r;
}

static uint64_t count_scratch(struct bench *b)
{
	struct tree_stats s;

	tree_stats(b->tree, &s);
	return s.scratch_nodes;
}

static void test_published(void **state)
{
	struct bench *b = *state;
	uint64_t draft = bench_walk(b, DRAFTS "/x"), sub = bench_walk(b, DRAFTS "/x/sub");
	uint64_t docs = bench_walk(b, DRAFTS "/x/docs");
	struct tree_entry e, object;

	assert_int_equal(move(b, DRAFTS, "x", "", "c", 0), 0);
	assert_string_equal(toy_seen(b->toy)->draft_paths,
		"sub/ sub/value:7 sub/beside:7 docs/ docs/more/ docs/more/text:5 value:4 "
		"note:7 soft:4 ");
	assert_int_equal(bench_lookup(b, DRAFTS, "x"), -ENOENT);
	bench_expect(b, "c/value", "two\n");
	bench_expect(b, "c/flag", "false\n");
	bench_expect(b, "c/sub/value", "deeper\n");
	bench_expect(b, "c/note", "a note\n");
	bench_expect(b, "c/sub/beside", "beside\n");
	bench_expect(b, "c/docs/more/text", "text\n");
	assert_int_equal(bench_lookup(b, "c", "soft"), 0);
	assert_int_equal(bench_walk(b, "c/docs"), docs);
	/* The ids that the kernel has for the draft's directories stand for the object's. */
	assert_int_equal(tree_lookup(b->tree, &b->op, draft, "value", &e), 0);
	assert_int_equal(e.id, bench_walk(b, "c/value"));
	assert_int_equal(tree_lookup(b->tree, &b->op, sub, "value", &e), 0);
	assert_int_equal(e.id, bench_walk(b, "c/sub/value"));
	assert_int_equal(tree_getattr(b->tree, &b->op, draft, NULL, &e), 0);
	assert_int_equal(tree_lookup(b->tree, &b->op, TREE_ROOT_ID, "c", &object), 0);
	assert_int_equal(e.attr.st_ino, object.attr.st_ino);
	assert_int_equal(tree_mkdir(b->tree, &b->op, draft, "new", 0700, &e), 0);
	assert_int_equal(bench_lookup(b, "c", "new"), 0);
	bench_expect_log(b, "");
}

/* Scratch files beside the object go with it. */
static void test_nothing_stays_behind(void **state)
{
	struct bench *b = *state;

	assert_int_equal(move(b, DRAFTS, "x", "", "c", 0), 0);
	toy_vanish(b->toy, b->tree, "c");
	for (uint64_t id = 2; id < 60; id++)
		tree_forget(b->tree, id, 1000);
	assert_int_equal(count_scratch(b), 0);
}

static void test_refused_and_dry(void **state)
{
	struct bench *b = *state;
	uint64_t draft = bench_walk(b, DRAFTS "/x");

	bench_put(b, DRAFTS "/x", "spec", "bad");
	assert_int_equal(move(b, DRAFTS, "x", "", "c", 0), -EIO);
	assert_int_equal(bench_lookup(b, "", "c"), -ENOENT);
	assert_int_equal(
		tree_unlink(b->tree, &b->op, bench_walk(b, DRAFTS "/x"), "spec"), 0);
	toy_dry_run(b->toy);
	assert_int_equal(move(b, DRAFTS, "x", "", "c", 0), 0);
	assert_int_equal(bench_lookup(b, "", "c"), -ENOENT);
	assert_int_equal(bench_walk(b, DRAFTS "/x"), draft);
	bench_expect(b, DRAFTS "/x/sub/value", "deeper\n");
}

static void test_unreadable(void **state)
{
	struct bench *b = *state;

	make_dir(b, DRAFTS "/x", "list");
	assert_int_equal(move(b, DRAFTS, "x", "", "c", 0), -EISDIR);
	bench_expect(b, DRAFTS "/x/note", "a note\n");
}

static void test_where_it_may_not_go(void **state)
{
	struct bench *b = *state;
	struct tree_entry e;

	assert_int_equal(move(b, DRAFTS, "x", "", "a", 0), -EEXIST);
	assert_int_equal(move(b, DRAFTS, "x", "", "a", RENAME_NOREPLACE), -EEXIST);
	assert_int_equal(move(b, DRAFTS, "x", "", "c", RENAME_EXCHANGE), -EINVAL);
	assert_int_equal(move(b, DRAFTS, "x", "", "slow", 0), -EEXIST);
	assert_int_equal(move(b, DRAFTS, "x", "a", "x", 0), -EPERM);
	assert_int_equal(move(b, DRAFTS, "x", "a", "sub", 0), -EPERM);
	assert_int_equal(move(b, DRAFTS, "x", "a/sub", "x", 0), -EPERM);
	assert_int_equal(move(b, DRAFTS "/x", "docs", "", "docs", 0), -EPERM);
	assert_int_equal(move(b, DRAFTS "/x", "docs", "a", "docs", 0), -EPERM);
	assert_int_equal(move(b, DRAFTS "/x", "note", "a", "note", 0), -EXDEV);
	assert_int_equal(move(b, DRAFTS "/x", "value", "a", "value", 0), -EXDEV);
	assert_int_equal(move(b, DRAFTS "/x", "soft", "", "soft", 0), -EXDEV);
	assert_int_equal(move(b, "", "a", DRAFTS, "a", 0), -EPERM);
	assert_int_equal(move(b, "", "a", DRAFTS, "x", 0), -EPERM);
	assert_int_equal(move(b, "", "a", DRAFTS "/x", "a", 0), -EPERM);
	assert_int_equal(move(b, "a", "sub", DRAFTS, "sub", 0), -EPERM);
	assert_int_equal(move(b, "a", "value", DRAFTS "/x", "y", 0), -EXDEV);
	assert_int_equal(
		tree_mkdir(b->tree, &b->op, bench_walk(b, DRAFTS), "x", 0700, &e), -EEXIST);
	bench_expect_log(b, "");
	bench_expect(b, DRAFTS "/x/value", "two\n");
}

static void test_within_the_drafts(void **state)
{
	struct bench *b = *state;

	make_dir(b, DRAFTS, "y");
	assert_int_equal(move(b, DRAFTS, "x", DRAFTS, "z", 0), 0);
	assert_int_equal(move(b, DRAFTS "/z", "note", DRAFTS "/y", "note", 0), 0);
	assert_int_equal(move(b, DRAFTS "/z", "docs", DRAFTS "/y", "docs", 0), 0);
	assert_int_equal(move(b, DRAFTS "/z", "value", DRAFTS "/y", "value", 0), 0);
	bench_expect(b, DRAFTS "/y/docs/more/text", "text\n");
	assert_int_equal(move(b, DRAFTS, "y", DRAFTS "/z", "y", 0), -EPERM);
	assert_int_equal(move(b, DRAFTS "/y", "docs", DRAFTS, "docs", 0), 0);
	assert_int_equal(move(b, DRAFTS, "y", DRAFTS, "w", RENAME_NOREPLACE), 0);
	assert_int_equal(move(b, DRAFTS, "w", DRAFTS, "z", RENAME_NOREPLACE), -EEXIST);
	assert_int_equal(move(b, DRAFTS, "w", DRAFTS, "z", 0), -ENOTEMPTY);
	assert_int_equal(move(b, DRAFTS, "w", "", "c", RENAME_NOREPLACE), 0);
	bench_expect(b, "c/value", "two\n");
	bench_expect_log(b, "");
}

/* A file of the draft that is still open can be read. If the object has a file of that name, nobody
 * would see what is written, so the writer is told. */
static void test_still_open(void **state)
{
	struct bench *b = *state;
	struct handle *value = bench_open(b, DRAFTS "/x/value", O_RDWR);
	struct handle *note = bench_open(b, DRAFTS "/x/note", O_RDWR);
	CLEANUP_BUF struct buf text = BUF_INIT(16);
	struct dir_list *list;

	assert_int_equal(
		tree_opendir(b->tree, &b->op, bench_walk(b, DRAFTS "/x"), &list), 0);
	assert_int_equal(move(b, DRAFTS, "x", "", "c", 0), 0);
	assert_int_equal(tree_write(value, &b->op, 0, "six\n", 4, false), -ESTALE);
	assert_int_equal(tree_read(value, &b->op, 0, 16, &text), 0);
	assert_string_equal(buf_str(&text), "two\n");
	assert_int_equal(tree_write(note, &b->op, 0, "SIX", 3, false), 0);
	tree_release(value, &b->op);
	tree_release(note, &b->op);
	bench_expect(b, "c/value", "two\n");
	bench_expect(b, "c/note", "SIXote\n");
	assert_int_equal(tree_readdir_begin(list, &b->op, 0), 0);
	tree_closedir(list);
	bench_expect_log(b, "");
}

static uint64_t count_bytes(struct bench *b)
{
	struct tree_stats s;

	tree_stats(b->tree, &s);
	return s.scratch_bytes;
}

static void put_large(struct bench *b, const char *dir, const char *name)
{
	CLEANUP_FREE char *text = malloc(100001);

	memset(text, ' ', 100000);
	text[100000] = '\0';
	bench_put(b, dir, name, text);
}

/* The kernel need not forget the ids of a draft's files. Their texts count for as long as somebody
 * can read them. */
static void test_texts_are_given_back(void **state)
{
	struct bench *b = *state;
	struct handle *open;
	uint64_t id;

	put_large(b, DRAFTS "/x", "value");
	put_large(b, DRAFTS "/x/sub", "value");
	id = bench_walk(b, DRAFTS "/x/value");
	open = bench_open(b, DRAFTS "/x/sub/value", O_RDONLY);
	assert_int_equal(move(b, DRAFTS, "x", "", "c", 0), 0);
	assert_in_range(count_bytes(b), 100000, 199999);
	tree_release(open, &b->op);
	assert_in_range(count_bytes(b), 1, 9999);
	assert_int_equal(tree_open(b->tree, &b->op, id, O_RDONLY, &(struct tree_open){0}),
		-ESTALE); /* the kernel looks again */
}

/* The same where a scratch file was renamed onto a file of the view. */
static void test_a_stored_text_is_given_back(void **state)
{
	struct bench *b = *state;

	put_large(b, "a", "t");
	assert_in_range(count_bytes(b), 100000, 199999);
	assert_int_equal(move(b, "a", "t", "a", "value", 0), 0);
	assert_in_range(count_bytes(b), 1, 9999);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_published),
		TEST(test_nothing_stays_behind),
		TEST(test_refused_and_dry),
		TEST(test_unreadable),
		TEST(test_where_it_may_not_go),
		TEST(test_within_the_drafts),
		TEST(test_still_open),
		TEST(test_texts_are_given_back),
		TEST(test_a_stored_text_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
