/* SPDX-License-Identifier: MIT */
/* A tree over the toy view, for tests: set-up, tear-down, and short names for long calls. */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "toyview.h"
#include "tree/tree.h"

struct bench {
	struct toy *toy;
	struct tree *tree;
	struct op op; /* with this process as the caller */
};

static inline int read_dir(struct dir_list *list, const struct op *op, uint64_t off,
	bool plus, tree_fill fill, void *arg)
{
	int r = tree_readdir_begin(list, op, off);

	return r < 0 ? r : tree_readdir(list, off, plus, fill, arg);
}

static inline int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct tree_options options = {.uid = 1000, .gid = 1000, .umask = 077};
	struct node_entry root;

	b->toy = toy_new();
	root = toy_root(b->toy);
	assert_int_equal(tree_new(&root, &options, &b->tree), 0);
	b->op = (struct op){.deadline_ms = clock_mono_ms() + 60000,
		.uid = 7,
		.gid = 8,
		.pid = getpid()};
	*state = b;
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *b = *state;

	tree_free(b->tree);
	toy_free(b->toy);
	free(b);
	return 0;
}

/* The id at a path. Counts one lookup at each step. Fails the test if the path does not exist. */
static inline uint64_t bench_walk(struct bench *b, const char *path)
{
	uint64_t id = TREE_ROOT_ID;
	char copy[4096], *at = copy, *name;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((name = strsep(&at, "/"))) {
		struct tree_entry e;

		if (!*name)
			continue;
		assert_int_equal(tree_lookup(b->tree, &b->op, id, name, &e), 0);
		id = e.id;
	}
	return id;
}

static inline struct handle *bench_open(struct bench *b, const char *path, int flags)
{
	struct tree_open open;

	assert_int_equal(tree_open(b->tree, &b->op, bench_walk(b, path), flags, &open), 0);
	return open.handle;
}

/* Makes a scratch file with this text. */
static inline void bench_put(
	struct bench *b, const char *dir, const char *name, const char *text)
{
	struct tree_entry e;
	struct tree_open open;

	assert_int_equal(tree_create(b->tree, &b->op, bench_walk(b, dir), name, 0600,
				 O_WRONLY, &e, &open),
		0);
	assert_int_equal(tree_write(open.handle, &b->op, 0, text, strlen(text), false), 0);
	tree_release(open.handle, &b->op);
}

static inline void bench_expect(struct bench *b, const char *path, const char *text)
{
	struct handle *h = bench_open(b, path, O_RDONLY);
	struct buf bytes = BUF_INIT(1 << 20);

	assert_int_equal(tree_read(h, &b->op, 0, 1 << 20, &bytes), 0);
	assert_string_equal(buf_str(&bytes), text);
	buf_release(&bytes);
	tree_release(h, &b->op);
}

static inline void bench_expect_log(struct bench *b, const char *log)
{
	char *got = toy_take_log(b->toy);

	assert_string_equal(got, log);
	free(got);
}

static inline int bench_lookup(struct bench *b, const char *dir, const char *name)
{
	struct tree_entry e;

	return tree_lookup(b->tree, &b->op, bench_walk(b, dir), name, &e);
}

#endif
