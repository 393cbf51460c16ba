/* SPDX-License-Identifier: MIT */
/* What may be kept, and who is told when it is not true any more. */
#include "bench.h"

#define TOLD_MAX 64

/* What the kernel would have heard. */
static struct {
	uint64_t attrs[TOLD_MAX];
	size_t attr_count;
	char names[TOLD_MAX][64]; /* "DIR NAME" */
	size_t name_count;
} told;

static void tell_attr(void *arg, uint64_t id)
{
	(void)arg;
	if (told.attr_count < TOLD_MAX)
		told.attrs[told.attr_count++] = id;
}

static void tell_name(void *arg, uint64_t dir, const char *name)
{
	(void)arg;
	if (told.name_count < TOLD_MAX)
		snprintf(told.names[told.name_count++], 64, "%d %s", (int)dir, name);
}

static const struct tree_notifier notifier = {.attr = tell_attr, .name = tell_name};

static int setup(void **state)
{
	int r = bench_setup(state);
	struct bench *b = *state;

	memset(&told, 0, sizeof(told));
	toy_keep(b->toy);
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

static bool name_was_told(uint64_t dir, const char *name)
{
	char text[64];

	snprintf(text, sizeof(text), "%d %s", (int)dir, name);
	for (size_t i = 0; i < told.name_count; i++) {
		if (strcmp(told.names[i], text) == 0)
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

static struct tree_open open_as(struct bench *b, uint64_t id, int flags)
{
	struct tree_open o;

	assert_int_equal(tree_open(b->tree, &b->op, id, flags, &o), 0);
	return o;
}

static void assert_reads(struct bench *b, struct tree_open *o, const char *text)
{
	CLEANUP_BUF struct buf got = BUF_INIT(1000);

	assert_int_equal(tree_read(o->handle, &b->op, 0, 1000, &got), 0);
	assert_string_equal(buf_str(&got), text);
}

static bool is_granted(struct bench *b, uint64_t stamp)
{
	bool granted = tree_grant_begin(b->tree, stamp);

	tree_grant_end(b->tree);
	return granted;
}

static void test_all_below_is_told_and_nothing_else(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value"),
			  sub = look(b, a.id, "sub"), deep = look(b, sub.id, "value"),
			  other = look(b, TREE_ROOT_ID, "b"),
			  others = look(b, other.id, "value");

	assert_true(v.until_us > clock_mono_us());
	toy_set(b->toy, b->tree, "a", "new\n");
	assert_true(attr_was_told(TREE_ROOT_ID) && attr_was_told(a.id) &&
		    attr_was_told(v.id) && attr_was_told(sub.id) && attr_was_told(deep.id));
	assert_false(attr_was_told(other.id) || attr_was_told(others.id));
	assert_true(name_was_told(TREE_ROOT_ID, "a") && name_was_told(a.id, "value") &&
		    name_was_told(sub.id, "value"));
	assert_false(name_was_told(TREE_ROOT_ID, "b"));
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
	uint64_t before = tree_stamp(b->tree);

	assert_true(is_granted(b, before));
	toy_set(b->toy, b->tree, "a", "new\n");
	assert_false(is_granted(b, before));
	assert_true(is_granted(b, tree_stamp(b->tree)));
	tree_set_notifier(b->tree, NULL);
	assert_false(is_granted(b, tree_stamp(b->tree)));
}

static void test_readers_of_one_text_share_it(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value");
	struct tree_open first = open_as(b, v.id, O_RDONLY),
			 second = open_as(b, v.id, O_RDONLY);

	assert_true(first.shares && !first.keeps && second.shares && second.keeps);
	tree_release(first.handle, &b->op);
	tree_release(second.handle, &b->op);
	toy_set(b->toy, b->tree, "a", "new\n");
	first = open_as(b, v.id, O_RDONLY);
	assert_true(first.shares && !first.keeps);
	tree_release(first.handle, &b->op);
}

static void test_in_the_middle_of_a_change_nothing_is_shared(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value");
	struct tree_open o;

	tree_change_begin(b->tree);
	o = open_as(b, v.id, O_RDONLY);
	tree_change_end(b->tree);
	assert_false(o.shares);
	tree_release(o.handle, &b->op);
}

static void test_a_reader_keeps_the_text_and_the_name_gets_another_node(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value"), now,
			  e;
	struct tree_open old = open_as(b, v.id, O_RDONLY), o;

	toy_set(b->toy, b->tree, "a", "a longer one\n");
	now = look(b, a.id, "value");
	assert_true(now.id != v.id);
	assert_int_equal(now.attr.st_ino, v.attr.st_ino);
	assert_int_equal(now.attr.st_size, 13);
	assert_int_equal(tree_getattr(b->tree, &b->op, v.id, NULL, &e), 0);
	assert_int_equal(e.attr.st_size, v.attr.st_size);
	assert_int_equal(e.until_us, 0);
	/* The kernel looks the name up again; who comes back all the same is served. */
	assert_int_equal(tree_open(b->tree, &b->op, v.id, O_RDONLY, &o), -ESTALE);
	o = open_as(b, v.id, O_RDONLY);
	assert_false(o.shares);
	assert_reads(b, &o, "a longer one\n");
	tree_release(o.handle, &b->op);
	tree_release(old.handle, &b->op);
	/* Nobody has its text any more: it is another name of what is there. */
	assert_int_equal(tree_getattr(b->tree, &b->op, v.id, NULL, &e), 0);
	assert_int_equal(e.attr.st_size, 13);
	o = open_as(b, now.id, O_RDONLY);
	assert_true(o.shares);
	assert_reads(b, &o, "a longer one\n");
	tree_release(o.handle, &b->op);
}

/* The size of a text that is new already must not get to who reads the old one, by whatever way. */
static void test_a_reader_keeps_the_size_before_the_touch(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value"), now,
			  e;
	struct tree_open old = open_as(b, v.id, O_RDONLY), o;

	assert_true(old.shares);
	toy_set_begin(b->toy, b->tree, "a", "a longer one\n");
	assert_int_equal(tree_getattr(b->tree, &b->op, v.id, NULL, &e), 0);
	assert_int_equal(e.attr.st_size, v.attr.st_size);
	now = look(b, a.id, "value");
	assert_true(now.id != v.id);
	assert_int_equal(now.attr.st_size, 13);
	told.name_count = 0;
	toy_set_end(b->toy, b->tree, "a");
	assert_true(name_was_told(a.id, "value"));
	o = open_as(b, now.id, O_RDONLY);
	assert_true(o.shares);
	assert_reads(b, &o, "a longer one\n");
	tree_release(o.handle, &b->op);
	tree_release(old.handle, &b->op);
}

/* An answer from before the touch may be with a process that has not yet looked at it: then the kernel makes the inode of it
 * when the touch has been told. Who opens next has it told again, for there is the inode. */
static void test_an_opening_after_a_touch_tells_it_again(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value");
	struct tree_open o;

	toy_set(b->toy, b->tree, "a", "a longer one\n");
	for (int round = 0; round < 2; round++) {
		told.attr_count = 0;
		o = open_as(b, v.id, O_RDONLY);
		assert_true(o.shares);
		assert_int_equal(attr_was_told(v.id), round == 0);
		tree_release(o.handle, &b->op);
	}
}

static void test_a_writer_gets_a_node_without_readers(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value"), now,
			  e;
	struct tree_open reader = open_as(b, v.id, O_RDONLY), writer, late;

	assert_int_equal(
		tree_open(b->tree, &b->op, v.id, O_WRONLY | O_TRUNC, &writer), -ESTALE);
	now = look(b, a.id, "value");
	assert_true(now.id != v.id);
	writer = open_as(b, now.id, O_WRONLY | O_TRUNC);
	late = open_as(b, now.id, O_RDONLY);
	assert_false(late.shares);
	tree_release(late.handle, &b->op);
	/* It stays the writer's node when the text changes. */
	toy_set(b->toy, b->tree, "a", "a longer one\n");
	assert_int_equal(look(b, a.id, "value").id, now.id);
	assert_int_equal(tree_getattr(b->tree, &b->op, v.id, NULL, &e), 0);
	assert_int_equal(e.attr.st_size, v.attr.st_size);
	assert_reads(b, &reader, "one\n");
	tree_release(writer.handle, &b->op);
	tree_release(reader.handle, &b->op);
	late = open_as(b, now.id, O_RDONLY);
	assert_true(late.shares && !late.keeps);
	tree_release(late.handle, &b->op);
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
		CASE(test_readers_of_one_text_share_it),
		CASE(test_in_the_middle_of_a_change_nothing_is_shared),
		CASE(test_a_reader_keeps_the_text_and_the_name_gets_another_node),
		CASE(test_a_reader_keeps_the_size_before_the_touch),
		CASE(test_an_opening_after_a_touch_tells_it_again),
		CASE(test_a_writer_gets_a_node_without_readers),
		CASE(test_a_listing_of_before_tells_no_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
