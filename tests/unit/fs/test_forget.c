/* SPDX-License-Identifier: MIT */
/* A batch of FORGETs counts every one of them, including the first and the last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "bench.h"
#include "session.h"

void *__wrap_fuse_req_userdata(fuse_req_t req);
void __wrap_fuse_reply_none(fuse_req_t req);

static struct fs fs;
static int replies;

void *__wrap_fuse_req_userdata(fuse_req_t req)
{
	(void)req;
	return &fs;
}

void __wrap_fuse_reply_none(fuse_req_t req)
{
	(void)req;
	replies++;
}

static uint64_t count_nodes(struct bench *b)
{
	struct tree_stats s;

	tree_stats(b->tree, &s);
	return s.nodes;
}

static void test_each_of_a_batch_counts(void **state)
{
	static const char *const names[] = {"value", "flag", "list", "spec"};
	struct fuse_forget_data batch[5];
	struct bench *b = *state;
	struct tree_entry a, e;

	fs.tree = b->tree;
	assert_int_equal(tree_lookup(b->tree, &b->op, TREE_ROOT_ID, "a", &a), 0);
	for (size_t i = 0; i < 4; i++) {
		for (size_t count = 0; count <= i; count++)
			assert_int_equal(
				tree_lookup(b->tree, &b->op, a.id, names[i], &e), 0);
		batch[i] = (struct fuse_forget_data){.ino = e.id, .nlookup = i + 1};
	}
	batch[4] = (struct fuse_forget_data){.ino = a.id, .nlookup = 1};
	assert_int_equal(count_nodes(b), 6);
	op_forget_multi(NULL, 1, batch);
	assert_int_equal(count_nodes(b), 5);
	op_forget_multi(NULL, 4, batch + 1);
	assert_int_equal(count_nodes(b), 1);
	assert_int_equal(replies, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_each_of_a_batch_counts, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
