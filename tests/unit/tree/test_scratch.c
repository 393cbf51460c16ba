/* SPDX-License-Identifier: MIT */
/* Scratch files: bytes compared with a plain array, the limit, links, dates, extended attributes.
 * tests/unit/fs compares them with tmpfs. */
#include <sys/xattr.h>
#include "bench.h"

#define MODEL_MAX 20000
#define ROUNDS	  20000

static uint32_t random_next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void cut(struct bench *b, uint64_t id, off_t size)
{
	struct stat attr = {.st_size = size};
	struct tree_entry e;

	assert_int_equal(
		tree_setattr(b->tree, &b->op, id, NULL, &attr, TREE_SET_SIZE, &e), 0);
	assert_int_equal(e.attr.st_size, size);
}

static void check_bytes(struct bench *b, struct handle *h, const char *model, size_t len)
{
	struct buf bytes = BUF_INIT(MODEL_MAX);

	assert_int_equal(tree_read(h, &b->op, 0, MODEL_MAX, &bytes), 0);
	assert_int_equal(bytes.len, len);
	assert_memory_equal(buf_str(&bytes), model, len);
	buf_release(&bytes);
}

static void test_bytes(void **state)
{
	struct bench *b = *state;
	static char model[MODEL_MAX], from[5000];
	uint32_t seed = 1;
	size_t len = 0;
	struct handle *h;
	uint64_t id;

	bench_put(b, "a", "f", "");
	h = bench_open(b, "a/f", O_RDWR);
	id = bench_walk(b, "a/f");
	memset(model, 0, sizeof(model));
	for (int i = 0; i < ROUNDS; i++) {
		size_t off = random_next(&seed) % (MODEL_MAX - sizeof(from));
		size_t n = random_next(&seed) % (i % 3 ? 90 : sizeof(from));

		if (random_next(&seed) % 4 == 0) {
			cut(b, id, (off_t)off);
			if (off < len)
				memset(model + off, 0, len - off);
			len = off;
		} else {
			memset(from, 'a' + i % 26, n);
			assert_int_equal(tree_write(h, &b->op, off, from, n, false), 0);
			memcpy(model + off, from, n);
			if (n && off + n > len)
				len = off + n;
		}
		if (i % 16 == 0)
			check_bytes(b, h, model, len);
	}
	check_bytes(b, h, model, len);
	tree_release(h, &b->op);
}

static struct tree_stats stats(struct bench *b)
{
	struct tree_stats s;

	tree_stats(b->tree, &s);
	return s;
}

static void test_holes_cost_nothing(void **state)
{
	struct bench *b = *state;
	uint64_t before = stats(b).scratch_bytes;
	struct handle *h;

	bench_put(b, "a", "f", "");
	cut(b, bench_walk(b, "a/f"), 1LL << 50);
	h = bench_open(b, "a/f", O_RDWR);
	assert_int_equal(tree_write(h, &b->op, 1ULL << 51, "x", 1, false), 0);
	assert_int_equal(tree_write(h, &b->op, INT64_MAX, "x", 1, false), -EFBIG);
	assert_true(stats(b).scratch_bytes - before < 2000);
	tree_release(h, &b->op);
}

static void test_cap(void **state)
{
	struct bench *b = *state;
	static char big[1 << 20];
	uint64_t off = 0, a = bench_walk(b, "a"), before = stats(b).scratch_bytes;
	struct handle *h;
	struct tree_entry e;
	char name[32];
	int r, n = 0;

	bench_put(b, "a", "f", "");
	h = bench_open(b, "a/f", O_RDWR);
	while ((r = tree_write(h, &b->op, off, big, sizeof(big), false)) == 0)
		off += sizeof(big);
	assert_int_equal(r, -ENOSPC);
	assert_true(off >= 60 << 20 && stats(b).scratch_bytes <= 64 << 20);
	assert_int_equal(tree_fallocate(h, 0, 0, 64 << 20), -ENOSPC);
	tree_release(h, &b->op);
	cut(b, bench_walk(b, "a/f"), 0);
	do {
		snprintf(name, sizeof(name), "n%d", n++);
		r = tree_mknod(b->tree, &b->op, a, name, S_IFREG | 0600, &e);
		if (r == 0)
			tree_forget(b->tree, e.id, 1);
	} while (r == 0 && n < 1000000);
	assert_int_equal(r, -ENOSPC);
	for (int i = 0; i < n - 1; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(tree_unlink(b->tree, &b->op, a, name), 0);
	}
	assert_int_equal(tree_unlink(b->tree, &b->op, a, "f"), 0);
	/* f was looked up and is not forgotten yet */
	assert_true(stats(b).scratch_bytes - before < 2000);
}

/* Bytes that the view keeps count, too. */
static void test_charge(void **state)
{
	struct bench *b = *state;
	uint64_t max = stats(b).scratch_max, before = stats(b).scratch_bytes;
	struct tree_entry e;
	uint64_t a = bench_walk(b, "a");

	assert_int_equal(tree_scratch_charge(b->tree, max + 1), -ENOSPC);
	assert_int_equal(tree_scratch_charge(b->tree, UINT64_MAX), -ENOSPC);
	assert_int_equal(tree_scratch_charge(b->tree, max - before), 0);
	assert_int_equal(tree_scratch_charge(b->tree, 1), -ENOSPC);
	assert_int_equal(tree_mknod(b->tree, &b->op, a, "f", S_IFREG | 0600, &e), -ENOSPC);
	tree_scratch_refund(b->tree, max - before);
	assert_int_equal(stats(b).scratch_bytes, before);
	assert_int_equal(tree_mknod(b->tree, &b->op, a, "f", S_IFREG | 0600, &e), 0);
	/* Most of the charge is for text. */
	assert_true(stats(b).scratch_bytes - before < 200);
}

/* The kernel's idea of the end may be older than the file. */
static void test_append(void **state)
{
	struct bench *b = *state;
	struct handle *h;

	bench_put(b, "a", "f", "text\n");
	h = bench_open(b, "a/f", O_WRONLY | O_APPEND);
	assert_int_equal(tree_write(h, &b->op, 0, "more\n", 5, true), 0);
	assert_int_equal(tree_write(h, &b->op, 2, "end\n", 4, true), 0);
	tree_release(h, &b->op);
	bench_expect(b, "a/f", "text\nmore\nend\n");
}

static void test_links(void **state)
{
	struct bench *b = *state;
	uint64_t a = bench_walk(b, "a"), sub = bench_walk(b, "a/sub");
	struct tree_entry e, d;

	bench_put(b, "a", "f", "text");
	assert_int_equal(tree_link(b->tree, &b->op, bench_walk(b, "a/f"), sub, "g", &e), 0);
	assert_int_equal(e.attr.st_nlink, 2);
	assert_int_equal(e.id, bench_walk(b, "a/f"));
	assert_int_equal(tree_link(b->tree, &b->op, e.id, a, "f", &e), -EEXIST);
	assert_int_equal(tree_link(b->tree, &b->op, e.id, a, "value", &e), -EEXIST);
	assert_int_equal(tree_unlink(b->tree, &b->op, a, "f"), 0);
	bench_expect(b, "a/sub/g", "text");
	assert_int_equal(tree_getattr(b->tree, &b->op, e.id, NULL, &e), 0);
	assert_int_equal(e.attr.st_nlink, 1);
	assert_int_equal(tree_mkdir(b->tree, &b->op, a, "d", 0750, &d), 0);
	assert_int_equal(d.attr.st_nlink, 2);
	assert_int_equal(d.attr.st_uid, 7);
	assert_int_equal(tree_mkdir(b->tree, &b->op, d.id, "dd", 0750, &e), 0);
	assert_int_equal(tree_getattr(b->tree, &b->op, d.id, NULL, &d), 0);
	assert_int_equal(d.attr.st_nlink, 3);
	assert_int_equal(tree_rmdir(b->tree, &b->op, a, "d"), -ENOTEMPTY);
	assert_int_equal(tree_rmdir(b->tree, &b->op, d.id, "dd"), 0);
	assert_int_equal(tree_unlink(b->tree, &b->op, a, "d"), -EISDIR);
	assert_int_equal(tree_rmdir(b->tree, &b->op, a, "d"), 0);
	assert_int_equal(tree_mkdir(b->tree, &b->op, d.id, "x", 0750, &e), -ENOENT);
}

static void test_symlink(void **state)
{
	struct bench *b = *state;
	struct buf target = BUF_INIT(100);
	struct tree_entry e;

	assert_int_equal(tree_symlink(b->tree, &b->op, bench_walk(b, "a"), ".#spec",
				 "me@host.1", &e),
		0);
	assert_int_equal(e.attr.st_mode, S_IFLNK | 0777);
	assert_int_equal(e.attr.st_size, 9);
	assert_int_equal(tree_readlink(b->tree, &b->op, e.id, &target), 0);
	assert_int_equal(
		tree_readlink(b->tree, &b->op, bench_walk(b, "a/link"), &target), 0);
	assert_string_equal(buf_str(&target), "me@host.1value");
	assert_int_equal(
		tree_readlink(b->tree, &b->op, bench_walk(b, "a/value"), &target), -EINVAL);
	buf_release(&target);
}

static void test_xattr(void **state)
{
	struct bench *b = *state;
	struct buf got = BUF_INIT(100);
	uint64_t id;

	bench_put(b, "a", "f", "");
	id = bench_walk(b, "a/f");
	assert_int_equal(tree_getxattr(b->tree, id, "user.a", &got), -ENODATA);
	assert_int_equal(
		tree_setxattr(b->tree, id, "user.a", "1", 1, XATTR_REPLACE), -ENODATA);
	assert_int_equal(tree_setxattr(b->tree, id, "user.a", "1", 1, XATTR_CREATE), 0);
	assert_int_equal(
		tree_setxattr(b->tree, id, "user.a", "1", 1, XATTR_CREATE), -EEXIST);
	assert_int_equal(tree_setxattr(b->tree, id, "user.a", "22", 2, 0), 0);
	assert_int_equal(tree_setxattr(b->tree, id, "trusted.a", "1", 1, 0), -EOPNOTSUPP);
	assert_int_equal(tree_getxattr(b->tree, id, "user.a", &got), 0);
	assert_string_equal(buf_str(&got), "22");
	got.len = 0;
	assert_int_equal(tree_listxattr(b->tree, id, &got), 0);
	assert_int_equal(got.len, 7);
	assert_int_equal(tree_removexattr(b->tree, id, "user.a"), 0);
	assert_int_equal(tree_removexattr(b->tree, id, "user.a"), -ENODATA);
	buf_release(&got);
}

static void test_dates(void **state)
{
	struct bench *b = *state;
	struct stat attr = {.st_mode = 04711, .st_atim.tv_sec = 5, .st_mtim.tv_sec = 6};
	struct tree_entry e;
	struct handle *h;
	uint64_t id;

	bench_put(b, "a", "f", "");
	id = bench_walk(b, "a/f");
	assert_int_equal(tree_setattr(b->tree, &b->op, id, NULL, &attr,
				 TREE_SET_ATIME | TREE_SET_MTIME | TREE_SET_MODE, &e),
		0);
	assert_int_equal(e.attr.st_atim.tv_sec, 5);
	assert_int_equal(e.attr.st_mtim.tv_sec, 6);
	assert_true(e.attr.st_ctim.tv_sec > 1000000);
	assert_int_equal(e.attr.st_mode, S_IFREG | 04711);
	h = bench_open(b, "a/f", O_WRONLY);
	assert_int_equal(tree_write(h, &b->op, 0, "x", 1, false), 0);
	assert_int_equal(tree_getattr(b->tree, &b->op, id, h, &e), 0);
	assert_true(e.attr.st_mtim.tv_sec > 1000000);
	tree_release(h, &b->op);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bytes),
		TEST(test_holes_cost_nothing),
		TEST(test_cap),
		TEST(test_charge),
		TEST(test_append),
		TEST(test_links),
		TEST(test_symlink),
		TEST(test_xattr),
		TEST(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
