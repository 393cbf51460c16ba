/* SPDX-License-Identifier: MIT */
/* Many entries in and out; removal while walking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/map.h"

#define MANY 5000

static int values[MANY];

static const char *key_of(int i)
{
	static char key[32];

	snprintf(key, sizeof(key), "key %d", i);
	return key;
}

static void fill(struct map *m)
{
	for (int i = 0; i < MANY; i++) {
		values[i] = i;
		assert_int_equal(map_add(m, key_of(i), &values[i]), 0);
	}
}

static void test_empty(void **state)
{
	struct map m = {0};
	struct map_pos p = {0};

	assert_null(map_get(&m, "a"));
	assert_null(map_remove(&m, "a"));
	assert_int_equal(map_next(&m, &p), 0);
	map_release(&m);
}

static void test_set(void **state)
{
	struct map m = {0};

	assert_int_equal(map_set(&m, "a", &values[1]), 0);
	assert_int_equal(map_set(&m, "b", &values[2]), 0);
	assert_int_equal(map_set(&m, "a", &values[3]), 0);
	assert_int_equal(m.count, 2);
	assert_ptr_equal(map_get(&m, "a"), &values[3]);
	assert_ptr_equal(map_get(&m, "b"), &values[2]);
	map_release(&m);
}

static void test_add_get_remove(void **state)
{
	struct map m = {0};

	fill(&m);
	assert_int_equal(m.count, MANY);
	assert_int_equal(map_add(&m, key_of(7), &values[8]), -EEXIST);
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(map_get(&m, key_of(i)), &values[i]);
	assert_null(map_get(&m, "key"));
	for (int i = 0; i < MANY; i += 2)
		assert_ptr_equal(map_remove(&m, key_of(i)), &values[i]);
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(map_get(&m, key_of(i)), i % 2 ? &values[i] : NULL);
	assert_int_equal(m.count, MANY / 2);
	map_release(&m);
	assert_int_equal(m.count, 0);
}

static void test_odd_keys(void **state)
{
	struct map m = {0};
	char key[] = "mutable";

	assert_int_equal(map_add(&m, "", &values[0]), 0);
	assert_int_equal(map_add(&m, key, &values[1]), 0);
	key[0] = 'M';
	assert_ptr_equal(map_get(&m, ""), &values[0]);
	assert_ptr_equal(map_get(&m, "mutable"), &values[1]);
	assert_null(map_get(&m, key));
	map_release(&m);
}

static void test_walk(void **state)
{
	struct map m = {0};
	int seen = 0;

	fill(&m);
	for (struct map_pos p = {0}; map_next(&m, &p);) {
		int *value = p.value;

		assert_string_equal(p.key, key_of(*value));
		assert_int_equal(*value, value - values);
		*value = -1; /* each once */
		assert_ptr_equal(map_remove(&m, key_of((int)(value - values))), value);
		seen++;
	}
	assert_int_equal(seen, MANY);
	assert_int_equal(m.count, 0);
	map_release(&m);
}

struct item {
	struct map_link link;
	int key;
};

static struct item *item_find(const struct map *m, int key, uint64_t hash)
{
	struct map_link *link = map_chain(m, hash);

	while (link && ((struct item *)link)->key != key)
		link = link->next;
	return (struct item *)link;
}

/* Items of an intrusive table, ten to a hash. */
static void test_links(void **state)
{
	static struct item items[MANY];
	struct map m = {0};

	assert_null(map_chain(&m, 7));
	for (int i = 0; i < MANY; i++) {
		items[i].key = i;
		map_link(&m, &items[i].link, (uint64_t)i / 10);
	}
	assert_int_equal(m.count, MANY);
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(item_find(&m, i, (uint64_t)i / 10), &items[i]);
	for (int i = 0; i < MANY; i += 2)
		map_unlink(&m, &items[i].link);
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(
			item_find(&m, i, (uint64_t)i / 10), i % 2 ? &items[i] : NULL);
	for (int i = 1; i < MANY; i += 2)
		map_unlink(&m, &items[i].link);
	assert_int_equal(m.count, 0);
	map_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_add_get_remove),
		cmocka_unit_test(test_odd_keys),
		cmocka_unit_test(test_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
