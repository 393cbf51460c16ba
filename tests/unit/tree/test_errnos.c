/* SPDX-License-Identifier: MIT */
/* Scratch files, directories and links refuse the same as tmpfs, with the same errnos. */
#include "bench.h"
#include <sys/stat.h>
#include <sys/xattr.h>

#define CHECK(call, errnum) assert_int_equal(call, -(errnum))

static struct tree_entry e;

static uint64_t dir_of(struct bench *b)
{
	return bench_walk(b, "a");
}

static void make_dir(struct bench *b, const char *dir, const char *name)
{
	CHECK(tree_mkdir(b->tree, &b->op, bench_walk(b, dir), name, 0700, &e), 0);
}

static int move(struct bench *b, const char *name, const char *new_name, unsigned flags)
{
	uint64_t dir = dir_of(b);

	return tree_rename(b->tree, &b->op, dir, name, dir, new_name, flags);
}

static void test_unlink(void **state)
{
	struct bench *b = *state;
	uint64_t dir = dir_of(b);

	bench_put(b, "a", "f", "text");
	make_dir(b, "a", "d");
	CHECK(tree_unlink(b->tree, &b->op, dir, "d"), EISDIR);
	CHECK(tree_unlink(b->tree, &b->op, dir, "sub"), EISDIR);
	CHECK(tree_unlink(b->tree, &b->op, TREE_ROOT_ID, "a"), EISDIR);
	CHECK(tree_unlink(b->tree, &b->op, dir, "value"), EPERM);
	CHECK(tree_unlink(b->tree, &b->op, dir, "nothing"), ENOENT);
	CHECK(bench_lookup(b, "a", "d"), 0);
	CHECK(tree_unlink(b->tree, &b->op, dir, "f"), 0);
	CHECK(tree_unlink(b->tree, &b->op, dir, "f"), ENOENT);
	CHECK(bench_lookup(b, "a", "f"), ENOENT);
}

static void test_rmdir(void **state)
{
	struct bench *b = *state;
	uint64_t dir = dir_of(b);

	bench_put(b, "a", "f", "text");
	make_dir(b, "a", "d");
	bench_put(b, "a/d", "inner", "text");
	CHECK(tree_rmdir(b->tree, &b->op, dir, "f"), ENOTDIR);
	CHECK(tree_rmdir(b->tree, &b->op, dir, "value"), ENOTDIR);
	CHECK(tree_rmdir(b->tree, &b->op, dir, "sub"), EPERM);
	CHECK(tree_rmdir(b->tree, &b->op, dir, "nothing"), ENOENT);
	CHECK(tree_rmdir(b->tree, &b->op, dir, "d"), ENOTEMPTY);
	CHECK(tree_unlink(b->tree, &b->op, bench_walk(b, "a/d"), "inner"), 0);
	/* A file that an editor left behind does not keep its directory. */
	bench_put(b, "a/d", ".inner.swp", "text");
	CHECK(tree_rmdir(b->tree, &b->op, dir, "d"), 0);
	CHECK(tree_rmdir(b->tree, &b->op, dir, "d"), ENOENT);
}

static void test_mkdir(void **state)
{
	struct bench *b = *state;
	uint64_t dir = dir_of(b);
	char name[TREE_NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[TREE_NAME_MAX + 1] = '\0';
	bench_put(b, "a", "f", "text");
	make_dir(b, "a", "d");
	CHECK(tree_mkdir(b->tree, &b->op, dir, "d", 0700, &e), EEXIST);
	CHECK(tree_mkdir(b->tree, &b->op, dir, "f", 0700, &e), EEXIST);
	CHECK(tree_mkdir(b->tree, &b->op, dir, "value", 0700, &e), EEXIST);
	CHECK(tree_mkdir(b->tree, &b->op, dir, name, 0700, &e), ENAMETOOLONG);
	name[TREE_NAME_MAX] = '\0';
	CHECK(tree_mkdir(b->tree, &b->op, dir, name, 0700, &e), 0);
}

static void test_mknod(void **state)
{
	struct bench *b = *state;
	uint64_t dir = dir_of(b);

	CHECK(tree_mknod(b->tree, &b->op, dir, "dev", S_IFBLK | 0600, &e), EPERM);
	CHECK(tree_mknod(b->tree, &b->op, dir, "dev", S_IFCHR | 0600, &e), EPERM);
	CHECK(tree_mknod(b->tree, &b->op, dir, "dev", S_IFDIR | 0600, &e), EPERM);
	CHECK(bench_lookup(b, "a", "dev"), ENOENT);
	CHECK(tree_mknod(b->tree, &b->op, dir, "plain", 0640, &e), 0);
	assert_true(S_ISREG(e.attr.st_mode));
	assert_int_equal(e.attr.st_mode & 07777, 0640);
	CHECK(tree_mknod(b->tree, &b->op, dir, "pipe", S_IFIFO | 0600, &e), 0);
	assert_true(S_ISFIFO(e.attr.st_mode));
	CHECK(tree_mknod(b->tree, &b->op, dir, "socket", S_IFSOCK | 0600, &e), 0);
	assert_true(S_ISSOCK(e.attr.st_mode));
	CHECK(tree_mknod(b->tree, &b->op, dir, "pipe", S_IFIFO | 0600, &e), EEXIST);
}

static void test_symlink(void **state)
{
	struct bench *b = *state;
	CLEANUP_BUF struct buf target = BUF_INIT(8192);
	uint64_t dir = dir_of(b);
	char long_target[4097];

	memset(long_target, 't', sizeof(long_target));
	long_target[4096] = '\0';
	CHECK(tree_symlink(b->tree, &b->op, dir, "l", long_target, &e), ENAMETOOLONG);
	long_target[4095] = '\0';
	CHECK(tree_symlink(b->tree, &b->op, dir, "l", long_target, &e), 0);
	assert_true(S_ISLNK(e.attr.st_mode));
	assert_int_equal(e.attr.st_size, 4095);
	CHECK(tree_readlink(b->tree, &b->op, e.id, &target), 0);
	assert_string_equal(buf_str(&target), long_target);
	CHECK(tree_symlink(b->tree, &b->op, dir, "l", "x", &e), EEXIST);
	bench_put(b, "a", "f", "text");
	CHECK(tree_readlink(b->tree, &b->op, bench_walk(b, "a/f"), &target), EINVAL);
	CHECK(tree_readlink(b->tree, &b->op, dir, &target), EINVAL);
}

static void test_link(void **state)
{
	struct bench *b = *state;
	uint64_t dir = dir_of(b), file, lost;
	struct handle *h;

	bench_put(b, "a", "f", "text");
	bench_put(b, "a", "lost", "text");
	make_dir(b, "a", "d");
	file = bench_walk(b, "a/f");
	CHECK(tree_link(b->tree, &b->op, file, dir, "g", &e), 0);
	assert_int_equal(e.attr.st_nlink, 2);
	assert_int_equal(e.id, file);
	CHECK(tree_link(b->tree, &b->op, file, dir, "g", &e), EEXIST);
	CHECK(tree_link(b->tree, &b->op, file, dir, "value", &e), EEXIST);
	CHECK(tree_link(b->tree, &b->op, bench_walk(b, "a/d"), dir, "h", &e), EPERM);
	CHECK(tree_link(b->tree, &b->op, bench_walk(b, "a/value"), dir, "h", &e), EPERM);
	CHECK(tree_unlink(b->tree, &b->op, dir, "f"), 0);
	bench_expect(b, "a/g", "text");
	/* Without a name, and still open. */
	lost = bench_walk(b, "a/lost");
	h = bench_open(b, "a/lost", O_RDONLY);
	CHECK(tree_unlink(b->tree, &b->op, dir, "lost"), 0);
	CHECK(tree_link(b->tree, &b->op, lost, dir, "found", &e), ENOENT);
	tree_release(h, &b->op);
}

static void test_rename(void **state)
{
	struct bench *b = *state;
	uint64_t dir = dir_of(b);

	bench_put(b, "a", "f", "one");
	bench_put(b, "a", "g", "two");
	make_dir(b, "a", "d");
	make_dir(b, "a", "full");
	make_dir(b, "a/full", "inner");
	CHECK(move(b, "nothing", "x", 0), ENOENT);
	CHECK(move(b, "f", "d", 0), EISDIR);
	CHECK(move(b, "d", "f", 0), ENOTDIR);
	CHECK(move(b, "d", "full", 0), ENOTEMPTY);
	CHECK(tree_rename(
		      b->tree, &b->op, dir, "full", bench_walk(b, "a/full/inner"), "x", 0),
		EINVAL);
	CHECK(move(b, "f", "g", RENAME_NOREPLACE), EEXIST);
	CHECK(move(b, "f", "g", RENAME_EXCHANGE), EINVAL);
	CHECK(move(b, "f", "value", RENAME_NOREPLACE), EEXIST);
	bench_expect(b, "a/f", "one");
	bench_expect(b, "a/g", "two");
	CHECK(move(b, "f", "g", 0), 0);
	bench_expect(b, "a/g", "one");
	CHECK(bench_lookup(b, "a", "f"), ENOENT);
	CHECK(move(b, "full", "d", 0), 0);
	CHECK(bench_lookup(b, "a/d", "inner"), 0);
	CHECK(move(b, "g", "g", 0), 0);
	bench_expect(b, "a/g", "one");
}

static void test_kinds(void **state)
{
	struct bench *b = *state;
	struct tree_open open;
	struct dir_list *list;

	bench_put(b, "a", "f", "text");
	make_dir(b, "a", "d");
	CHECK(tree_open(b->tree, &b->op, bench_walk(b, "a/d"), O_RDONLY, &open), EISDIR);
	CHECK(tree_open(b->tree, &b->op, dir_of(b), O_RDONLY, &open), EISDIR);
	CHECK(tree_opendir(b->tree, &b->op, bench_walk(b, "a/f"), &list), ENOTDIR);
	CHECK(tree_lookup(b->tree, &b->op, bench_walk(b, "a/f"), "x", &e), ENOTDIR);
	CHECK(tree_mkdir(b->tree, &b->op, bench_walk(b, "a/f"), "x", 0700, &e), ENOTDIR);
	CHECK(tree_unlink(b->tree, &b->op, bench_walk(b, "a/f"), "x"), ENOTDIR);
	CHECK(tree_rmdir(b->tree, &b->op, bench_walk(b, "a/f"), "x"), ENOTDIR);
	CHECK(tree_rename(b->tree, &b->op, bench_walk(b, "a/f"), "x", dir_of(b), "y", 0),
		ENOTDIR);
	CHECK(tree_rename(b->tree, &b->op, dir_of(b), "f", bench_walk(b, "a/f"), "y", 0),
		ENOTDIR);
}

/* Either everything is done, or nothing. */
static void test_attributes(void **state)
{
	struct bench *b = *state;
	struct stat attr = {.st_mode = 0640,
		.st_uid = 11,
		.st_gid = 12,
		.st_size = 2,
		.st_mtim = {.tv_sec = 1000, .tv_nsec = 5}};
	unsigned all = TREE_SET_MODE | TREE_SET_UID | TREE_SET_GID | TREE_SET_SIZE |
		       TREE_SET_MTIME;
	uint64_t file;

	bench_put(b, "a", "f", "text");
	file = bench_walk(b, "a/f");
	CHECK(tree_setattr(b->tree, &b->op, file, NULL, &attr, all, &e), 0);
	assert_int_equal(e.attr.st_mode, S_IFREG | 0640);
	assert_int_equal(e.attr.st_uid, 11);
	assert_int_equal(e.attr.st_gid, 12);
	assert_int_equal(e.attr.st_size, 2);
	assert_int_equal(e.attr.st_mtim.tv_sec, 1000);
	assert_int_equal(e.attr.st_mtim.tv_nsec, 5);
	bench_expect(b, "a/f", "te");
	attr = (struct stat){.st_mode = 0600, .st_size = -1};
	CHECK(tree_setattr(b->tree, &b->op, file, NULL, &attr,
		      TREE_SET_MODE | TREE_SET_SIZE, &e),
		EINVAL);
	CHECK(tree_getattr(b->tree, &b->op, file, NULL, &e), 0);
	assert_int_equal(e.attr.st_mode, S_IFREG | 0640);
	assert_int_equal(e.attr.st_size, 2);
}

static void test_unknown_ids(void **state)
{
	struct bench *b = *state;
	CLEANUP_BUF struct buf target = BUF_INIT(8192);
	const struct stat attr = {0};
	uint64_t none = 1 << 30, dir = dir_of(b);
	struct tree_open open;
	struct dir_list *list;

	bench_put(b, "a", "f", "text");
	CHECK(tree_lookup(b->tree, &b->op, none, "x", &e), ESTALE);
	CHECK(tree_getattr(b->tree, &b->op, none, NULL, &e), ESTALE);
	CHECK(tree_setattr(b->tree, &b->op, none, NULL, &attr, TREE_SET_MODE, &e), ESTALE);
	CHECK(tree_mkdir(b->tree, &b->op, none, "x", 0700, &e), ESTALE);
	CHECK(tree_mknod(b->tree, &b->op, none, "x", S_IFREG | 0600, &e), ESTALE);
	CHECK(tree_symlink(b->tree, &b->op, none, "x", "y", &e), ESTALE);
	CHECK(tree_link(b->tree, &b->op, none, dir, "x", &e), ESTALE);
	CHECK(tree_link(b->tree, &b->op, bench_walk(b, "a/f"), none, "x", &e), ESTALE);
	CHECK(tree_unlink(b->tree, &b->op, none, "x"), ESTALE);
	CHECK(tree_rmdir(b->tree, &b->op, none, "x"), ESTALE);
	CHECK(tree_rename(b->tree, &b->op, none, "x", dir, "y", 0), ESTALE);
	CHECK(tree_rename(b->tree, &b->op, dir, "f", none, "y", 0), ESTALE);
	CHECK(tree_open(b->tree, &b->op, none, O_RDONLY, &open), ESTALE);
	CHECK(tree_create(b->tree, &b->op, none, "x", 0600, O_RDWR, &e, &open), ESTALE);
	CHECK(tree_opendir(b->tree, &b->op, none, &list), ESTALE);
	CHECK(tree_readlink(b->tree, &b->op, none, &target), ESTALE);
}

static void test_xattrs(void **state)
{
	struct bench *b = *state;
	CLEANUP_BUF struct buf got = BUF_INIT(8192);
	uint64_t file;

	bench_put(b, "a", "f", "text");
	file = bench_walk(b, "a/f");
	CHECK(tree_getxattr(b->tree, file, "user.x", &got), ENODATA);
	CHECK(tree_removexattr(b->tree, file, "user.x"), ENODATA);
	CHECK(tree_setxattr(b->tree, file, "user.x", "v", 1, XATTR_REPLACE), ENODATA);
	CHECK(tree_setxattr(b->tree, file, "user.x", "v", 1, XATTR_CREATE), 0);
	CHECK(tree_setxattr(b->tree, file, "user.x", "w", 1, XATTR_CREATE), EEXIST);
	CHECK(tree_setxattr(b->tree, file, "user.x", "ww", 2, XATTR_REPLACE), 0);
	CHECK(tree_getxattr(b->tree, file, "user.x", &got), 0);
	assert_string_equal(buf_str(&got), "ww");
	buf_release(&got);
	CHECK(tree_setxattr(b->tree, file, "user.y", "", 0, 0), 0);
	CHECK(tree_listxattr(b->tree, file, &got), 0);
	assert_int_equal(got.len, 14);
	CHECK(tree_removexattr(b->tree, file, "user.x"), 0);
	CHECK(tree_removexattr(b->tree, file, "user.x"), ENODATA);
	/* A field has none, and no program gives up because of that answer. */
	file = bench_walk(b, "a/value");
	CHECK(tree_setxattr(b->tree, file, "user.x", "v", 1, 0), EOPNOTSUPP);
	CHECK(tree_removexattr(b->tree, file, "user.x"), EOPNOTSUPP);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_unlink),
		CASE(test_rmdir),
		CASE(test_mkdir),
		CASE(test_mknod),
		CASE(test_symlink),
		CASE(test_link),
		CASE(test_rename),
		CASE(test_kinds),
		CASE(test_attributes),
		CASE(test_unknown_ids),
		CASE(test_xattrs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
