/* SPDX-License-Identifier: MIT */
/* What the kernel may keep, and how changes invalidate it. */
#include "bench.h"

#define TOLD_MAX 64

/* Records the notices that the kernel would get. */
static struct {
	uint64_t attrs[TOLD_MAX];
	size_t attr_count;
} told;

static void tell_attr(void *arg, uint64_t id)
{
	(void)arg;
	if (told.attr_count < TOLD_MAX)
		told.attrs[told.attr_count++] = id;
}

static const struct tree_notifier notifier = {.attr = tell_attr};

static int setup(void **state)
{
	int r = bench_setup(state);
	struct bench *b = *state;

	memset(&told, 0, sizeof(told));
	toy_keep(b->toy, b->tree);
	tree_set_notifier(b->tree, &notifier);
	return r;
}

static bool attr_was_told(uint64_t id)
{
	for (size_t i = 0; i < told.attr_count; i++) {
		if (told.attrs[i] == id)
			return true;
	}
	return false;
}

static struct tree_entry look(struct bench *b, uint64_t dir, const char *name)
{
	struct tree_entry e;

	assert_int_equal(tree_lookup(b->tree, &b->op, dir, name, &e), 0);
	return e;
}

static bool is_granted(struct bench *b, uint64_t generation)
{
	bool granted = tree_lease_begin(b->tree, generation);

	tree_lease_end(b->tree);
	return granted;
}

static void test_all_below_is_told_and_nothing_else(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value"),
			  sub = look(b, a.id, "sub"), deep = look(b, sub.id, "value"),
			  other = look(b, TREE_ROOT_ID, "b"),
			  others = look(b, other.id, "value");

	assert_true(v.expires_us > clock_mono_us());
	toy_set(b->toy, b->tree, "a", "new\n");
	assert_true(attr_was_told(TREE_ROOT_ID) && attr_was_told(a.id) &&
		    attr_was_told(v.id) && attr_was_told(sub.id) && attr_was_told(deep.id));
	assert_false(attr_was_told(other.id) || attr_was_told(others.id));
}

static void test_what_the_kernel_forgot_is_not_told(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value");

	tree_forget(b->tree, v.id, 1);
	toy_set(b->toy, b->tree, "a", "new\n");
	assert_false(attr_was_told(v.id));
	tree_forget(b->tree, a.id, 1);
	told.attr_count = 0;
	toy_set(b->toy, b->tree, "a", "newer\n");
	assert_int_equal(told.attr_count, 1);
}

static void test_an_answer_of_before_is_not_kept(void **state)
{
	struct bench *b = *state;
	uint64_t before = tree_generation(b->tree);

	assert_true(is_granted(b, before));
	toy_set(b->toy, b->tree, "a", "new\n");
	assert_false(is_granted(b, before));
	assert_true(is_granted(b, tree_generation(b->tree)));
	tree_set_notifier(b->tree, NULL);
	assert_false(is_granted(b, tree_generation(b->tree)));
}

/* The kernel keeps no names of list entries and of scratch, and no attributes of scratch. */
static void test_what_may_be_kept(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value"),
			  sub = look(b, a.id, "sub"), scratch;

	bench_put(b, "a", "scratch", "x");
	scratch = look(b, a.id, "scratch");
	assert_true(a.name_expires_us && a.expires_us == a.name_expires_us);
	assert_true(v.name_expires_us && v.expires_us == v.name_expires_us);
	assert_true(sub.expires_us && !sub.name_expires_us);
	assert_true(!scratch.expires_us && !scratch.name_expires_us);
}

/* fstat shows the size of the file, or of the handle's own text; the kernel may not keep that. */
static void test_the_size_of_an_own_text_is_not_kept(void **state)
{
	struct bench *b = *state;
	uint64_t id = bench_walk(b, "a/value");
	struct handle *reader = bench_open(b, "a/value", O_RDONLY);
	struct handle *writer = bench_open(b, "a/value", O_WRONLY);
	struct tree_entry e;

	assert_int_equal(tree_write(writer, &b->op, 0, "longer", 6, false), 0);
	assert_int_equal(tree_getattr(b->tree, &b->op, id, writer, &e), 0);
	assert_true(e.attr.st_size == 6 && e.expires_us == 0);
	toy_set(b->toy, b->tree, "a", "some other\n");
	assert_int_equal(tree_getattr(b->tree, &b->op, id, reader, &e), 0);
	assert_true(e.attr.st_size == 11 && e.expires_us != 0);
	assert_int_equal(tree_flush(writer, &b->op), 0);
	assert_int_equal(tree_getattr(b->tree, &b->op, id, writer, &e), 0);
	assert_true(e.attr.st_size == 7 && e.expires_us != 0);
	tree_release(reader, &b->op);
	tree_release(writer, &b->op);
}

static void test_an_appender_shows_the_file_and_what_it_adds(void **state)
{
	struct bench *b = *state;
	uint64_t id = bench_walk(b, "a/list");
	struct handle *h = bench_open(b, "a/list", O_WRONLY | O_APPEND);
	struct tree_entry e;

	assert_int_equal(tree_write(h, &b->op, 0, "345", 3, true), 0);
	assert_int_equal(tree_getattr(b->tree, &b->op, id, h, &e), 0);
	assert_int_equal(e.attr.st_size, 7);
	tree_release(h, &b->op);
}

/* The kernel keeps nothing under an id that stands for another node, since no notice names it. */
static void test_an_id_that_was_moved_is_not_kept(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value"), e;

	assert_int_equal(tree_rename(b->tree, &b->op, a.id, "value", a.id, "value~", 0), 0);
	assert_true(attr_was_told(v.id));
	assert_int_equal(tree_rename(b->tree, &b->op, a.id, "value~", a.id, "value", 0), 0);
	assert_int_equal(tree_getattr(b->tree, &b->op, v.id, NULL, &e), 0);
	assert_true(e.id == v.id && e.expires_us == 0);
	assert_true(look(b, a.id, "value").id != v.id);
}

static void test_gone_tells_all_and_another_comes_as_another_node(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value"),
			  sub = look(b, a.id, "sub"), e;
	uint64_t before = tree_generation(b->tree);
	struct tree_stats s;

	bench_put(b, "a/sub", "scratch", "x");
	toy_vanish(b->toy, b->tree, "a");
	assert_true(
		attr_was_told(TREE_ROOT_ID) && attr_was_told(a.id) && attr_was_told(v.id));
	assert_false(is_granted(b, before));
	assert_int_equal(tree_mkdir(b->tree, &b->op, a.id, "x", 0700, &e), -ENOENT);
	assert_int_equal(tree_mkdir(b->tree, &b->op, sub.id, "x", 0700, &e), -ENOENT);
	tree_forget(b->tree, bench_walk(b, "b"), 1);
	for (uint64_t id = 2; id < 20; id++)
		tree_forget(b->tree, id, 100);
	tree_stats(b->tree, &s);
	assert_int_equal(s.scratch_nodes, 0);
}

struct listed {
	int with_attr, without;
	struct tree *tree;
};

static bool count_entry(
	void *arg, const char *name, const struct tree_entry *e, uint64_t next_off)
{
	struct listed *l = arg;

	(void)name;
	(void)next_off;
	if (e->id)
		tree_forget(l->tree, e->id, 1);
	*(e->id ? &l->with_attr : &l->without) += 1;
	return true;
}

static void test_a_listing_of_before_tells_no_attributes(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a");
	struct listed fresh = {.tree = b->tree}, old = {.tree = b->tree};
	struct dir_list *list;

	assert_int_equal(tree_opendir(b->tree, &b->op, a.id, &list), 0);
	assert_int_equal(read_dir(list, &b->op, 0, true, count_entry, &fresh), 0);
	toy_set(b->toy, b->tree, "a", "new\n");
	assert_int_equal(tree_readdir(list, 2, true, count_entry, &old), 0);
	tree_closedir(list);
	assert_true(fresh.with_attr >= 5);
	assert_int_equal(old.with_attr, 0);
	assert_int_equal(old.without + 2, fresh.with_attr + fresh.without);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_all_below_is_told_and_nothing_else),
		CASE(test_what_the_kernel_forgot_is_not_told),
		CASE(test_an_answer_of_before_is_not_kept),
		CASE(test_what_may_be_kept),
		CASE(test_the_size_of_an_own_text_is_not_kept),
		CASE(test_an_appender_shows_the_file_and_what_it_adds),
		CASE(test_an_id_that_was_moved_is_not_kept),
		CASE(test_gone_tells_all_and_another_comes_as_another_node),
		CASE(test_a_listing_of_before_tells_no_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
