/* SPDX-License-Identifier: MIT */
/* Many threads on one tree, for the thread sanitizer; at the end the counts must be even. */
#include <pthread.h>
#include "bench.h"

#define THREADS 8
#define ROUNDS	400

static struct bench *shared;

static void walk_and_list(struct bench *b, struct op *op)
{
	struct tree_entry a, v;
	struct tree_open open;
	struct buf bytes = BUF_INIT(4096);

	if (tree_lookup(b->tree, op, TREE_ROOT_ID, "a", &a) < 0)
		return;
	if (tree_lookup(b->tree, op, a.id, "value", &v) == 0) {
		if (tree_open(b->tree, op, v.id, O_RDONLY, &open) == 0) {
			tree_read(open.handle, op, 0, 4096, &bytes);
			tree_release(open.handle, op);
		}
		tree_forget(b->tree, v.id, 1);
	}
	tree_forget(b->tree, a.id, 1);
	buf_release(&bytes);
}

static bool forget_each(
	void *arg, const char *name, const struct tree_entry *e, uint64_t next_off)
{
	if (e->id)
		tree_forget(arg, e->id, 1);
	return true;
}

static void make_and_move(struct bench *b, struct op *op, int me, int round)
{
	struct tree_entry a, e;
	struct tree_open open;
	struct dir_list *list;
	char name[32], other[32];

	snprintf(name, sizeof(name), "t%d", (me + round) % 5);
	snprintf(other, sizeof(other), "t%d", round % 5);
	if (tree_lookup(b->tree, op, TREE_ROOT_ID, "b", &a) < 0)
		return;
	if (tree_create(b->tree, op, a.id, name, 0600, O_WRONLY, &e, &open) == 0) {
		tree_write(open.handle, op, (uint64_t)round, "text\n", 5, false);
		tree_release(open.handle, op);
		tree_forget(b->tree, e.id, 1);
	}
	tree_rename(b->tree, op, a.id, name, a.id, round % 7 ? other : "flag", 0);
	if (round % 5 == 0)
		tree_rename(b->tree, op, a.id, "spec", a.id, other, 0);
	if (round % 3 == 0)
		tree_unlink(b->tree, op, a.id, other);
	if (tree_opendir(b->tree, op, a.id, &list) == 0) {
		read_dir(list, op, 0, true, forget_each, b->tree);
		tree_closedir(list);
	}
	tree_forget(b->tree, a.id, 1);
}

/* All threads write, publish and remove drafts of one name. */
static void draft_and_publish(struct bench *b, struct op *op, int me, int round)
{
	struct tree_entry drafts, draft, e;
	struct tree_open open;
	char name[32];

	snprintf(name, sizeof(name), "object %d", round % 3);
	if (tree_lookup(b->tree, op, TREE_ROOT_ID, ".drafts", &drafts) < 0)
		return;
	if (tree_mkdir(b->tree, op, drafts.id, "draft", 0700, &draft) == 0)
		tree_forget(b->tree, draft.id, 1);
	if (tree_lookup(b->tree, op, drafts.id, "draft", &draft) == 0) {
		if (tree_create(b->tree, op, draft.id, me % 2 ? "note" : "value", 0600,
			    O_WRONLY, &e, &open) == 0) {
			tree_write(open.handle, op, 0, "text\n", 5, false);
			tree_release(open.handle, op);
			tree_forget(b->tree, e.id, 1);
		}
		tree_forget(b->tree, draft.id, 1);
	}
	tree_rename(b->tree, op, drafts.id, "draft", TREE_ROOT_ID, name, 0);
	if (me % 3 == 0)
		toy_try_vanish(b->toy, b->tree, name);
	tree_forget(b->tree, drafts.id, 1);
}

static void *worker(void *arg)
{
	int me = (int)(intptr_t)arg;
	struct op op = shared->op;

	for (int i = 0; i < ROUNDS; i++) {
		walk_and_list(shared, &op);
		make_and_move(shared, &op, me, i);
		draft_and_publish(shared, &op, me, i);
	}
	return NULL;
}

/* One handle, many threads that write and flush: no two of them send a text at once. */
static void *shared_writer(void *arg)
{
	struct handle *h = arg;
	struct buf bytes = BUF_INIT(4096);
	struct op op = shared->op;

	for (int i = 0; i < ROUNDS; i++) {
		tree_write(h, &op, 0, i % 2 ? "x\n" : "y\n", 2, false);
		tree_flush(h, &op);
		tree_read(h, &op, 0, 4096, &bytes);
		buf_resize(&bytes, 0);
	}
	buf_release(&bytes);
	return NULL;
}

static void run(void *(*f)(void *), void *same)
{
	pthread_t threads[THREADS];

	for (intptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, f, same ? same : (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void remove_draft(struct bench *b)
{
	struct tree_entry drafts, draft;

	assert_int_equal(tree_lookup(b->tree, &b->op, TREE_ROOT_ID, ".drafts", &drafts), 0);
	if (tree_lookup(b->tree, &b->op, drafts.id, "draft", &draft) == 0) {
		tree_unlink(b->tree, &b->op, draft.id, "note");
		tree_unlink(b->tree, &b->op, draft.id, "value");
		assert_int_equal(tree_rmdir(b->tree, &b->op, drafts.id, "draft"), 0);
		tree_forget(b->tree, draft.id, 1);
	}
	tree_forget(b->tree, drafts.id, 1);
}

static void test_threads(void **state)
{
	struct tree_stats s;
	struct tree_entry b;

	shared = *state;
	run(worker, NULL);
	assert_int_equal(tree_lookup(shared->tree, &shared->op, 1, "b", &b), 0);
	for (int i = 0; i < 5; i++) {
		char name[32];

		snprintf(name, sizeof(name), "t%d", i);
		tree_unlink(shared->tree, &shared->op, b.id, name);
	}
	tree_forget(shared->tree, b.id, 1);
	for (int i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "object %d", i);
		while (toy_try_vanish(shared->toy, shared->tree, name))
			;
	}
	remove_draft(shared);
	tree_stats(shared->tree, &s);
	assert_int_equal(s.handles, 0);
	assert_int_equal(s.scratch_nodes, 0);
	assert_int_equal(s.scratch_bytes, 0);
	assert_int_equal(s.nodes, 1);
}

static void test_one_handle(void **state)
{
	struct handle *h;

	shared = *state;
	h = bench_open(shared, "a/value", O_RDWR | O_TRUNC);
	run(shared_writer, h);
	tree_release(h, &shared->op);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_threads, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(
			test_one_handle, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
