/* SPDX-License-Identifier: MIT */
/* Each allocation fails once: the call then says -ENOMEM, what was there is still there, and nothing leaks (address sanitizer). */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "torture.h"
#include "tree/tree.h"

#define LIMIT 2000

static const struct node_ops root_ops, field_ops;

static int root_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	if (strcmp(name, "field") != 0)
		return -ENOENT;
	*ret = (struct node_entry){.ops = &field_ops, .kind = NODE_FILE};
	return 0;
}

static int root_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct node_entry e = {.ops = &field_ops, .kind = NODE_FILE};
	struct node_attr attr = {.mode = 0644, .size = 5};

	return node_listing_add(listing, "field", &e, &attr);
}

static int field_show(struct node *node, const struct op *op, struct node_text *ret)
{
	return buf_adds(&ret->text, "text\n");
}

static int field_store(struct node *node, const struct op *op, enum store_why why,
	const char *text, size_t len, void **origin)
{
	return 0;
}

static const struct node_ops root_ops = {.lookup = root_lookup, .list = root_list};
static const struct node_ops field_ops = {.show = field_show, .store = field_store};

static bool forget(
	void *arg, const char *name, const struct tree_entry *e, uint64_t next_off)
{
	if (e->id)
		tree_forget(arg, e->id, 1);
	return true;
}

static int write_field(struct tree *tree, const struct op *op)
{
	struct tree_open open;
	struct tree_entry e;
	int r = tree_create(tree, op, TREE_ROOT_ID, "field", 0600, O_WRONLY, &e, &open);

	if (r < 0)
		return r;
	r = tree_write(open.handle, op, 0, "something longer\n", 17, false);
	if (r == 0)
		r = tree_flush(open.handle, op);
	tree_release(open.handle, op);
	tree_forget(tree, e.id, 1);
	return r;
}

static int write_scratch(struct tree *tree, const struct op *op)
{
	struct tree_open open;
	struct tree_entry e;
	int r = tree_create(tree, op, TREE_ROOT_ID, "scratch", 0600, O_WRONLY, &e, &open);

	if (r < 0)
		return r;
	r = tree_write(open.handle, op, 0, "something\n", 10, false);
	if (r == 0)
		r = tree_write(open.handle, op, 100000, "something\n", 10, false);
	if (r == 0)
		r = tree_setxattr(tree, e.id, "user.x", "y", 1, 0);
	tree_release(open.handle, op);
	tree_forget(tree, e.id, 1);
	return r;
}

static int list(struct tree *tree, const struct op *op)
{
	struct dir_list *dir;
	int r = tree_opendir(tree, op, TREE_ROOT_ID, &dir);

	if (r < 0)
		return r;
	r = tree_readdir_begin(dir, op, 0);
	if (r == 0)
		r = tree_readdir(dir, 0, true, forget, tree);
	tree_closedir(dir);
	return r;
}

static int play(struct tree *tree, const struct op *op)
{
	struct tree_entry e;
	int r = write_field(tree, op);

	if (r == 0)
		r = write_scratch(tree, op);
	if (r == 0)
		r = tree_mkdir(tree, op, TREE_ROOT_ID, "dir", 0700, &e);
	if (r == 0)
		r = tree_rename(tree, op, TREE_ROOT_ID, "scratch", e.id, "moved", 0);
	if (r == 0)
		r = tree_rename(tree, op, TREE_ROOT_ID, "field", TREE_ROOT_ID, "field~", 0);
	if (r == 0)
		r = tree_rename(tree, op, TREE_ROOT_ID, "field~", TREE_ROOT_ID, "field", 0);
	if (r == 0)
		r = tree_symlink(tree, op, TREE_ROOT_ID, "link", "target", &e);
	return r < 0 ? r : list(tree, op);
}

static void test_torture(void **state)
{
	struct op op = {.deadline_ms = clock_mono_ms() + 60000};
	struct node_entry root = {
		.ops = &root_ops, .kind = NODE_DIR, .flags = NODE_SCRATCH};
	struct tree_options options = {0};
	bool failed = true;
	int n = 0;

	for (; failed && n < LIMIT; n++) {
		struct tree *tree = NULL;
		struct tree_entry e;
		int r;

		torture_arm(n);
		r = tree_new(&root, &options, &tree);
		if (r == 0)
			r = play(tree, &op);
		failed = torture_has_failed();
		if (r != 0 && (r != -ENOMEM || !failed))
			fail_msg("allocation %d: %d", n, r);
		if (tree)
			assert_int_equal(
				tree_lookup(tree, &op, TREE_ROOT_ID, "field", &e), 0);
		tree_free(tree);
	}
	assert_in_range(n, 30, LIMIT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_torture)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
