/* SPDX-License-Identifier: MIT */
/* The time for ten times as many nodes is ten times as long, with room for noise, and no depth of
 * directories exhausts the stack. */
#include <pthread.h>
#include <time.h>
#include "bench.h"

#define FEW	  2000
#define MANY	  20000
#define RATIO_MAX 40 /* quadratic: 100 */
#define DEPTH	  50000
#define STACK	  ((size_t)1 << 18)

static double cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The best of three runs, against noise. */
static double cost_of(struct bench *b, void (*work)(struct bench *b, int count), int count)
{
	double best = 1e9;

	for (int i = 0; i < 3; i++) {
		double start = cpu_s(), took;

		work(b, count);
		took = cpu_s() - start;
		best = took < best ? took : best;
	}
	return best;
}

static void assert_linear(struct bench *b, void (*work)(struct bench *b, int count))
{
	double few = cost_of(b, work, FEW), many = cost_of(b, work, MANY);

	if (many > few * RATIO_MAX)
		fail_msg("%d take %g s, %d take %g s", FEW, few, MANY, many);
}

static const char *name_of(int i)
{
	static char name[32];

	snprintf(name, sizeof(name), "n%d", i);
	return name;
}

static void make_and_remove_dirs(struct bench *b, int count)
{
	uint64_t a = bench_walk(b, "a");
	struct tree_entry e;

	for (int i = 0; i < count; i++) {
		assert_int_equal(tree_mkdir(b->tree, &b->op, a, name_of(i), 0700, &e), 0);
		tree_forget(b->tree, e.id, 1);
	}
	for (int i = 0; i < count; i++) {
		assert_int_equal(tree_lookup(b->tree, &b->op, a, name_of(i), &e), 0);
		tree_forget(b->tree, e.id, 1);
	}
	assert_int_equal(tree_lookup(b->tree, &b->op, a, "nothing", &e), -ENOENT);
	for (int i = 0; i < count; i++)
		assert_int_equal(tree_rmdir(b->tree, &b->op, a, name_of(i)), 0);
}

static void make_move_and_remove_files(struct bench *b, int count)
{
	uint64_t a = bench_walk(b, "a"), sub = bench_walk(b, "a/sub");
	struct tree_entry e;

	for (int i = 0; i < count; i++) {
		assert_int_equal(
			tree_mknod(b->tree, &b->op, a, name_of(i), S_IFREG, &e), 0);
		tree_forget(b->tree, e.id, 1);
	}
	for (int i = 0; i < count; i++)
		assert_int_equal(
			tree_rename(b->tree, &b->op, a, name_of(i), sub, name_of(i), 0), 0);
	for (int i = 0; i < count; i++)
		assert_int_equal(tree_unlink(b->tree, &b->op, sub, name_of(i)), 0);
}

static bool forget_each(
	void *arg, const char *name, const struct tree_entry *e, uint64_t next_off)
{
	(void)name;
	(void)next_off;
	if (e->id)
		tree_forget(arg, e->id, 1);
	return true;
}

static void list_and_drop(struct bench *b, int count)
{
	uint64_t a;
	struct dir_list *list;
	struct tree_entry e;

	assert_int_equal(tree_mkdir(b->tree, &b->op, TREE_ROOT_ID, "many", 0700, &e), 0);
	a = e.id;
	for (int i = 0; i < count; i++) {
		assert_int_equal(tree_mkdir(b->tree, &b->op, a, name_of(i), 0700, &e), 0);
		tree_forget(b->tree, e.id, 1);
	}
	assert_int_equal(tree_opendir(b->tree, &b->op, a, &list), 0);
	assert_int_equal(read_dir(list, &b->op, 0, true, forget_each, b->tree), 0);
	tree_closedir(list);
	toy_vanish(b->toy, b->tree, "many");
}

static void test_scratch_dirs(void **state)
{
	assert_linear(*state, make_and_remove_dirs);
}

static void test_scratch_files(void **state)
{
	assert_linear(*state, make_move_and_remove_files);
}

static void test_an_object_that_goes(void **state)
{
	assert_linear(*state, list_and_drop);
}

/* A directory of the view with any number of entries. */
static int any_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	static const struct node_ops ops = {.lookup = any_lookup};

	*ret = (struct node_entry){.ops = &ops, .kind = NODE_DIR};
	return 0;
}

static void look_and_forget(struct bench *b, int count)
{
	uint64_t dir = bench_walk(b, "object/list");
	uint64_t *ids = calloc((size_t)count, sizeof(*ids));
	struct tree_entry e;

	for (int i = 0; i < count; i++) {
		assert_int_equal(tree_lookup(b->tree, &b->op, dir, name_of(i), &e), 0);
		ids[i] = e.id;
	}
	for (int i = 0; i < count; i++)
		tree_forget(b->tree, ids[i], 1);
	free(ids);
}

static void test_entries_of_the_view(void **state)
{
	static const struct node_ops ops = {.lookup = any_lookup};
	struct node_entry root = {.ops = &ops, .kind = NODE_DIR};
	struct tree_options options = {0};
	struct bench b = *(struct bench *)*state;

	assert_int_equal(tree_new(&root, &options, &b.tree), 0);
	assert_linear(&b, look_and_forget);
	tree_free(b.tree);
}

static void *make_deep_and_drop(void *arg)
{
	struct bench *b = arg;
	struct tree_entry e;
	uint64_t dir = bench_walk(b, "a");

	for (int i = 0; i < DEPTH; i++) {
		assert_int_equal(tree_mkdir(b->tree, &b->op, dir, "d", 0700, &e), 0);
		tree_forget(b->tree, dir, i ? 1 : 0);
		dir = e.id;
	}
	assert_int_equal(tree_rmdir(b->tree, &b->op, TREE_ROOT_ID, "a"), -ENOTEMPTY);
	toy_vanish(b->toy, b->tree, "a");
	tree_forget(b->tree, dir, 1);
	return NULL;
}

static void test_deep(void **state)
{
	struct bench *b = *state;
	struct tree_stats s;
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	assert_int_equal(pthread_attr_setstacksize(&attr, STACK), 0);
	assert_int_equal(pthread_create(&thread, &attr, make_deep_and_drop, b), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	tree_stats(b->tree, &s);
	assert_int_equal(s.scratch_nodes, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_scratch_dirs),
		TEST(test_scratch_files),
		TEST(test_an_object_that_goes),
		TEST(test_entries_of_the_view),
		TEST(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
