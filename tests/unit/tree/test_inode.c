/* SPDX-License-Identifier: MIT */
/* Ids and lookup counts; nothing stays behind. */
#include "bench.h"

static uint64_t count_nodes(struct bench *b)
{
	struct tree_stats s;

	tree_stats(b->tree, &s);
	return s.nodes;
}

static struct tree_entry look(struct bench *b, uint64_t dir, const char *name)
{
	struct tree_entry e;

	assert_int_equal(tree_lookup(b->tree, &b->op, dir, name, &e), 0);
	return e;
}

static void test_counts(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "value");
	struct tree_entry again = look(b, a.id, "value"), e;

	assert_int_equal(v.id, again.id);
	assert_int_equal(count_nodes(b), 3);
	tree_forget(b->tree, a.id, 1);
	assert_int_equal(count_nodes(b), 3);
	tree_forget(b->tree, v.id, 1);
	assert_int_equal(count_nodes(b), 3);
	tree_forget(b->tree, v.id, 1);
	assert_int_equal(count_nodes(b), 1);
	assert_int_equal(tree_getattr(b->tree, &b->op, v.id, NULL, &e), -ESTALE);
	tree_forget(b->tree, TREE_ROOT_ID, 99);
	assert_int_equal(tree_getattr(b->tree, &b->op, TREE_ROOT_ID, NULL, &e), 0);
}

/* Forgotten and looked up again: another id, the same inode number. */
static void test_numbers(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), v = look(b, a.id, "sub"), a2, v2;

	assert_true(a.attr.st_ino > 1 && v.attr.st_ino > 1);
	assert_true(a.attr.st_ino != v.attr.st_ino);
	assert_true(v.attr.st_ino < 1ULL << 53);
	tree_forget(b->tree, v.id, 1);
	tree_forget(b->tree, a.id, 1);
	a2 = look(b, TREE_ROOT_ID, "a");
	v2 = look(b, a2.id, "sub");
	assert_true(a.id != a2.id && v.id != v2.id);
	assert_int_equal(a.attr.st_ino, a2.attr.st_ino);
	assert_int_equal(v.attr.st_ino, v2.attr.st_ino);
	/* An object keeps node and number when its name changes. */
	assert_int_equal(tree_rename(b->tree, &b->op, 1, "a", 1, "z", 0), 0);
	a = look(b, TREE_ROOT_ID, "z");
	assert_int_equal(a.id, a2.id);
	assert_int_equal(a.attr.st_ino, a2.attr.st_ino);
	/* Forgotten, it has its number from the object and not from the name. */
	tree_forget(b->tree, v2.id, 1);
	tree_forget(b->tree, a.id, 2);
	a = look(b, TREE_ROOT_ID, "z");
	assert_true(a.id != a2.id);
	assert_int_equal(a.attr.st_ino, a2.attr.st_ino);
	assert_true(a.attr.st_ino != look(b, TREE_ROOT_ID, "b").attr.st_ino);
}

/* The kernel marks the inode of a removed directory dead: its name must give another node. */
static void test_removed(void **state)
{
	struct bench *b = *state;
	struct tree_entry a = look(b, TREE_ROOT_ID, "a"), a2, e;

	bench_put(b, "a", ".x.swp", "hidden");
	bench_put(b, "a", "seen", "visible");
	assert_int_equal(tree_rmdir(b->tree, &b->op, TREE_ROOT_ID, "a"), -ENOTEMPTY);
	assert_int_equal(tree_unlink(b->tree, &b->op, a.id, "seen"), 0);
	assert_int_equal(tree_rmdir(b->tree, &b->op, TREE_ROOT_ID, "a"), 0);
	assert_int_equal(tree_mkdir(b->tree, &b->op, TREE_ROOT_ID, "a", 0700, &a2), 0);
	assert_true(a.id != a2.id);
	assert_int_equal(tree_getattr(b->tree, &b->op, a.id, NULL, &e), -ENOENT);
	assert_int_equal(tree_mkdir(b->tree, &b->op, a.id, "x", 0700, &e), -ENOENT);
}

/* Another client removed the object: its scratch cannot be reached any more, and costs nothing. */
static void test_vanished(void **state)
{
	struct bench *b = *state;
	struct tree_stats s;

	bench_put(b, "a", "x", "text");
	bench_put(b, "a/sub", "y", "text");
	bench_put(b, "b", "z", "text");
	toy_vanish(b->toy, b->tree, "a");
	assert_int_equal(bench_lookup(b, "", "a"), -ENOENT);
	bench_expect(b, "b/z", "text");
	for (uint64_t id = 2; id < 20; id++)
		tree_forget(b->tree, id, 100);
	tree_stats(b->tree, &s);
	assert_int_equal(s.scratch_nodes, 1);
}

static void test_open_keeps(void **state)
{
	struct bench *b = *state;
	struct handle *h;
	struct buf bytes = BUF_INIT(10);
	struct tree_stats s;

	bench_put(b, "a", "f", "text");
	h = bench_open(b, "a/f", O_RDWR);
	assert_int_equal(tree_unlink(b->tree, &b->op, bench_walk(b, "a"), "f"), 0);
	assert_int_equal(tree_read(h, &b->op, 0, 10, &bytes), 0);
	assert_string_equal(buf_str(&bytes), "text");
	tree_stats(b->tree, &s);
	assert_int_equal(s.handles, 1);
	assert_int_equal(s.scratch_nodes, 1);
	tree_release(h, &b->op);
	buf_release(&bytes);
}

struct listed {
	char names[2048];
	uint64_t ids[64];
	size_t count, room;
	uint64_t next;
};

static bool fill(void *arg, const char *name, const struct tree_entry *e, uint64_t next)
{
	struct listed *l = arg;

	if (l->count == l->room)
		return false;
	l->ids[l->count++] = e->id;
	strcat(strcat(l->names, name), " ");
	l->next = next;
	return true;
}

static void test_listing(void **state)
{
	struct bench *b = *state;
	uint64_t a = bench_walk(b, "a");
	struct dir_list *list;
	struct listed l = {.room = 4};
	uint64_t before;

	bench_put(b, "a", "mine", "x");
	bench_put(b, "a", "spec~", "x");
	bench_put(b, "a", ".spec.swp", "x");
	before = count_nodes(b);
	assert_int_equal(tree_opendir(b->tree, &b->op, a, &list), 0);
	assert_int_equal(read_dir(list, &b->op, 0, true, fill, &l), 0);
	assert_string_equal(l.names, ". .. sub link ");
	l.room = 64;
	assert_int_equal(read_dir(list, &b->op, l.next, true, fill, &l), 0);
	assert_string_equal(l.names, ". .. sub link value flag list spec ro mine ");
	assert_int_equal(l.ids[2], 0);
	assert_true(l.ids[4] != 0);
	for (size_t i = 0; i < l.count; i++)
		tree_forget(b->tree, l.ids[i], l.ids[i] != 0);
	/* A reader that starts over sees a new file; one that reads on does not. */
	bench_put(b, "a", "later", "x");
	l = (struct listed){.room = 64};
	assert_int_equal(read_dir(list, &b->op, 9, false, fill, &l), 0);
	assert_string_equal(l.names, "mine ");
	l = (struct listed){.room = 64};
	assert_int_equal(read_dir(list, &b->op, 0, false, fill, &l), 0);
	assert_string_equal(l.names, ". .. sub link value flag list spec ro mine later ");
	tree_closedir(list);
	assert_true(count_nodes(b) <= before + 1);
}

/* A reader that goes back gets the same nodes, each counted once more. */
static void test_listing_again(void **state)
{
	struct bench *b = *state;
	uint64_t a = bench_walk(b, "a"), before;
	struct listed l = {.room = 64}, again = {.room = 64};
	struct dir_list *list, *root;

	before = count_nodes(b);
	assert_int_equal(tree_opendir(b->tree, &b->op, a, &list), 0);
	assert_int_equal(read_dir(list, &b->op, 0, true, fill, &l), 0);
	assert_int_equal(tree_readdir(list, 0, true, fill, &again), 0);
	assert_string_equal(l.names, again.names);
	assert_memory_equal(l.ids, again.ids, sizeof(l.ids));
	for (size_t i = 2; i < l.count; i++)
		tree_forget(b->tree, l.ids[i], l.ids[i] ? 2 : 0);
	tree_closedir(list);
	assert_int_equal(count_nodes(b), before);
	/* And objects, which have a life of their own. */
	assert_int_equal(tree_opendir(b->tree, &b->op, TREE_ROOT_ID, &root), 0);
	again = l = (struct listed){.room = 64};
	assert_int_equal(read_dir(root, &b->op, 0, true, fill, &l), 0);
	assert_int_equal(tree_readdir(root, 0, true, fill, &again), 0);
	assert_string_equal(l.names, again.names);
	assert_memory_equal(l.ids, again.ids, sizeof(l.ids));
	tree_closedir(root);
	for (size_t i = 2; i < l.count; i++)
		tree_forget(b->tree, l.ids[i], l.ids[i] ? 2 : 0);
	assert_int_equal(count_nodes(b), before);
}

static void test_where_scratch_may_be(void **state)
{
	struct bench *b = *state;
	struct tree_entry e;
	struct tree_open open;
	uint64_t a = bench_walk(b, "a"), value = bench_walk(b, "a/value");
	char name[300] = {0};

	assert_int_equal(
		tree_create(b->tree, &b->op, 1, "x", 0600, O_RDWR, &e, &open), -EPERM);
	assert_int_equal(tree_symlink(b->tree, &b->op, 1, "x", "y", &e), -EPERM);
	assert_int_equal(tree_create(b->tree, &b->op, a, "value", 0600, O_WRONLY | O_EXCL,
				 &e, &open),
		-EEXIST);
	assert_int_equal(
		tree_create(b->tree, &b->op, a, "value", 0600, O_WRONLY, &e, &open), 0);
	assert_false(open.scratch);
	assert_int_equal(e.id, value);
	tree_release(open.handle, &b->op);
	assert_int_equal(tree_link(b->tree, &b->op, value, a, "x", &e), -EPERM);
	assert_int_equal(tree_unlink(b->tree, &b->op, a, "value"), -EPERM);
	assert_int_equal(tree_rmdir(b->tree, &b->op, a, "sub"), -EPERM);
	assert_int_equal(tree_mkdir(b->tree, &b->op, a, "value", 0700, &e), -EEXIST);
	assert_int_equal(tree_mknod(b->tree, &b->op, a, "dev", S_IFCHR | 0600, &e), -EPERM);
	memset(name, 'n', 256);
	assert_int_equal(tree_mkdir(b->tree, &b->op, a, name, 0700, &e), -ENAMETOOLONG);
	name[255] = '\0';
	assert_int_equal(tree_mkdir(b->tree, &b->op, a, name, 0700, &e), 0);
}

/* A file without a value does not exist until a program makes it, by open or by rename. */
static void test_unset(void **state)
{
	struct bench *b = *state;
	uint64_t a = bench_walk(b, "a"), other = bench_walk(b, "b");
	struct tree_entry e;
	struct tree_open open;

	assert_int_equal(bench_lookup(b, "a", "extra"), -ENOENT);
	assert_int_equal(tree_create(b->tree, &b->op, a, "extra", 0600, O_WRONLY | O_EXCL,
				 &e, &open),
		0);
	assert_false(open.scratch);
	assert_int_equal(tree_write(open.handle, &b->op, 0, "new\n", 4, false), 0);
	tree_release(open.handle, &b->op);
	bench_expect(b, "a/extra", "new\n");
	assert_int_equal(tree_create(b->tree, &b->op, a, "extra", 0600, O_WRONLY | O_EXCL,
				 &e, &open),
		-EEXIST);
	bench_put(b, "b", "tmp", "moved\n");
	assert_int_equal(tree_rename(b->tree, &b->op, other, "tmp", other, "extra",
				 RENAME_NOREPLACE),
		0);
	bench_expect(b, "b/extra", "moved\n");
	assert_int_equal(tree_lookup(b->tree, &b->op, other, "extra", &e), 0);
	assert_false(e.scratch);
	bench_expect_log(b, "write a/extra new\\n\nrename b/extra moved\\n\n");
}

/* Attributes of field files are accepted and change nothing. */
static void test_field_attributes(void **state)
{
	struct bench *b = *state;
	uint64_t id = bench_walk(b, "a/value");
	struct stat attr = {.st_mode = 0777, .st_uid = 1, .st_size = 0};
	struct tree_entry e;
	struct buf none = BUF_INIT(100);

	assert_int_equal(tree_setattr(b->tree, &b->op, id, NULL, &attr,
				 TREE_SET_MODE | TREE_SET_UID | TREE_SET_SIZE, &e),
		0);
	assert_int_equal(e.attr.st_mode, S_IFREG | 0600);
	assert_int_equal(e.attr.st_uid, 1000);
	assert_int_equal(e.attr.st_size, 4);
	assert_int_equal(tree_setxattr(b->tree, id, "user.x", "y", 1, 0), -EOPNOTSUPP);
	assert_int_equal(tree_getxattr(b->tree, id, "user.x", &none), -EOPNOTSUPP);
	assert_int_equal(tree_listxattr(b->tree, id, &none), 0);
	assert_int_equal(none.len, 0);
}

/* In any number, the same name is the same node, and all of them can be forgotten. */
static void test_many(void **state)
{
	static const char *const names[] = {
		"value", "flag", "list", "spec", "ro", "sub", "link"};
	struct bench *b = *state;
	struct tree_entry e, objects[50];
	uint64_t ids[50][ARRAY_LEN(names)];
	char name[16];

	for (size_t i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "o%zu", i);
		assert_int_equal(
			tree_mkdir(b->tree, &b->op, TREE_ROOT_ID, name, 0700, &objects[i]),
			0);
		for (size_t j = 0; j < ARRAY_LEN(names); j++)
			ids[i][j] = look(b, objects[i].id, names[j]).id;
	}
	assert_int_equal(count_nodes(b), 1 + 50 * (1 + ARRAY_LEN(names)));
	for (size_t i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "o%zu", i);
		e = look(b, TREE_ROOT_ID, name);
		assert_int_equal(e.id, objects[i].id);
		for (size_t j = 0; j < ARRAY_LEN(names); j++)
			assert_int_equal(look(b, e.id, names[j]).id, ids[i][j]);
	}
	assert_int_equal(count_nodes(b), 1 + 50 * (1 + ARRAY_LEN(names)));
	for (size_t i = 0; i < 50; i++) {
		for (size_t j = 0; j < ARRAY_LEN(names); j++)
			tree_forget(b->tree, ids[i][j], 2);
		tree_forget(b->tree, objects[i].id, 2);
	}
	assert_int_equal(count_nodes(b), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_counts),
		TEST(test_numbers),
		TEST(test_removed),
		TEST(test_vanished),
		TEST(test_open_keeps),
		TEST(test_listing),
		TEST(test_listing_again),
		TEST(test_where_scratch_may_be),
		TEST(test_unset),
		TEST(test_field_attributes),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
