/* SPDX-License-Identifier: MIT */
/* Each allocation fails once: the call then returns -ENOMEM, nothing that existed is lost, and
 * nothing leaks (address sanitizer). */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "torture.h"
#include "tree/tree.h"

#define LIMIT 2000

static const struct node_ops root_ops, field_ops, drafts_ops, object_ops;
static bool is_published;

static int root_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	if (strcmp(name, "field") == 0)
		*ret = (struct node_entry){.ops = &field_ops, .kind = NODE_FILE};
	else if (strcmp(name, "drafts") == 0)
		*ret = (struct node_entry){.ops = &drafts_ops,
			.kind = NODE_DIR,
			.flags = NODE_SCRATCH | NODE_DRAFTS};
	else if (strcmp(name, "object") == 0 && is_published)
		*ret = (struct node_entry){
			.ops = &object_ops, .kind = NODE_DIR, .flags = NODE_SCRATCH};
	else
		return -ENOENT;
	return 0;
}

static int count_text(void *arg, const char *path, mode_t type, uint64_t size)
{
	struct buf text = BUF_INIT(100);
	int r = S_ISREG(type) ? node_draft_read(arg, path, &text) : 0;

	(void)size;
	buf_release(&text);
	return r;
}

static int root_publish(struct node *dir, const struct op *op, const char *name,
	const struct node_draft *draft, struct node_entry *ret)
{
	int r = node_draft_walk(draft, count_text, (void *)draft);

	is_published = r == 0;
	return r < 0 ? r : root_lookup(dir, op, name, ret);
}

static bool object_claims(const char *path, bool is_dir)
{
	return strcmp(path, "field") == 0;
}

static int object_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	return object_claims(name, false) ? root_lookup(dir, op, name, ret) : -ENOENT;
}

static void *any_base(struct node *dir, const struct caller *writer)
{
	return strdup("base");
}

static int root_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct node_entry e = {.ops = &field_ops, .kind = NODE_FILE};
	struct node_attr attr = {.mode = 0644, .size = 5};

	return node_listing_add(listing, "field", &e, &attr);
}

static int field_show(struct node *node, const struct op *op, struct node_text *ret)
{
	ret->base = strdup("base");
	return ret->base ? buf_adds(&ret->text, "text\n") : -ENOMEM;
}

static void field_was_read(struct node *node, const struct op *op, void *base)
{
}

static int field_store(struct node *node, const struct op *op, struct node_store *store)
{
	return 0;
}

static const struct node_ops root_ops = {.lookup = root_lookup,
	.list = root_list,
	.publish = root_publish,
	.base_of = any_base,
	.base_free = free};
static const struct node_ops field_ops = {.show = field_show,
	.store = field_store,
	.was_read = field_was_read,
	.base_free = free};
static const struct node_ops drafts_ops;
static const struct node_ops object_ops = {
	.lookup = object_lookup, .claims = object_claims};

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

/* A handle that reads, adds, and writes over what it has read. */
static int edit_field(struct tree *tree, const struct op *op, int flags)
{
	struct buf text = BUF_INIT(100);
	struct tree_open open;
	struct tree_entry e;
	int r = tree_lookup(tree, op, TREE_ROOT_ID, "field", &e);

	if (r == 0)
		r = tree_open(tree, op, e.id, flags, &open);
	if (r < 0)
		return r;
	r = tree_read(open.handle, op, 0, 100, &text);
	if (r == 0)
		r = tree_write(open.handle, op, 0, "some", 4, false);
	if (r == 0)
		r = tree_write(open.handle, op, 4, "thing\n", 6, false);
	if (r == 0)
		r = tree_flush(open.handle, op);
	buf_release(&text);
	tree_release(open.handle, op);
	return r;
}

static int make_draft(
	struct tree *tree, const struct op *op, const char *name, struct tree_entry *ret)
{
	struct tree_open open;
	struct tree_entry e;
	int r = tree_create(tree, op, ret->id, name, 0600, O_WRONLY, &e, &open);

	if (r < 0)
		return r;
	r = tree_write(open.handle, op, 0, "text\n", 5, false);
	tree_release(open.handle, op);
	return r;
}

static int publish(struct tree *tree, const struct op *op)
{
	struct tree_entry drafts, e;
	int r = tree_lookup(tree, op, TREE_ROOT_ID, "drafts", &drafts);

	if (r == 0)
		r = tree_mkdir(tree, op, drafts.id, "draft", 0700, &e);
	if (r == 0)
		r = make_draft(tree, op, "field", &e);
	if (r == 0)
		r = make_draft(tree, op, "note", &e);
	if (r == 0)
		r = tree_rename(tree, op, drafts.id, "draft", TREE_ROOT_ID, "object", 0);
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
		r = edit_field(tree, op, O_RDWR);
	if (r == 0)
		r = edit_field(tree, op, O_RDWR | O_APPEND);
	if (r == 0)
		r = publish(tree, op);
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
	struct op op = {.deadline_ms = clock_mono_ms() + 60000, .pid = getpid()};
	struct node_entry root = {
		.ops = &root_ops, .kind = NODE_DIR, .flags = NODE_SCRATCH};
	struct tree_options options = {0};
	bool failed = true;
	int n = 0;

	for (; failed && n < LIMIT; n++) {
		struct tree *tree = NULL;
		struct tree_entry e;
		int r;

		is_published = false;
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
