/* SPDX-License-Identifier: MIT */
/* Parts of the view that need no server: the log and its limits, refused texts and their limits,
 * paths, generations, write locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../../../src/view/call_log.h"
#include "../../../src/view/last_error.h"
#include "../../../src/view/pace.h"
#include "../../../src/view/place.h"
#include "../../../src/view/rejected.h"
#include "../../../src/view/write_lock.h"
#include "base/clock.h"
#include "model/name.h"

static int setup_log(void **state)
{
	static struct call_log log;

	call_log_init(&log);
	*state = &log;
	return 0;
}

static int teardown_log(void **state)
{
	call_log_release(*state);
	return 0;
}

static int setup_rejected(void **state)
{
	static struct rejected rejected;

	rejected_init(&rejected);
	*state = &rejected;
	return 0;
}

static int teardown_rejected(void **state)
{
	rejected_release(*state);
	return 0;
}

static void note_numbers(struct call_log *log, unsigned from, unsigned to)
{
	char line[32];

	for (unsigned i = from; i < to; i++) {
		snprintf(line, sizeof(line), "line-%u", i);
		call_log_note(log, line);
	}
}

static size_t count_lines(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

static void expect_log(
	struct call_log *log, size_t lines, const char *first, const char *last)
{
	CLEANUP_BUF struct buf b = BUF_INIT(16 << 20);
	struct timespec at;
	const char *end;

	assert_int_equal(call_log_get(log, &b, &at), 0);
	assert_int_equal(count_lines(&b), lines);
	end = strchr(buf_str(&b), '\n');
	assert_int_equal(strncmp(end - strlen(first), first, strlen(first)), 0);
	assert_string_equal(buf_str(&b) + b.len - strlen(last), last);
}

static void the_log_holds_the_last_thousand_lines(void **state)
{
	struct call_log *log = *state;

	note_numbers(log, 0, 999);
	expect_log(log, 999, " line-0", "line-998\n");
	note_numbers(log, 999, 5001);
	expect_log(log, 1000, " line-4001", "line-5000\n");
}

static void the_log_grows_while_it_is_open(void **state)
{
	struct call_log *log = *state;

	note_numbers(log, 0, 10);
	call_log_opened(log);
	call_log_opened(log);
	note_numbers(log, 10, 3000);
	expect_log(log, 3000, " line-0", "line-2999\n");
	call_log_closed(log);
	note_numbers(log, 3000, 3001);
	expect_log(log, 3001, " line-0", "line-3000\n");
	call_log_closed(log);
	expect_log(log, 1000, " line-2001", "line-3000\n");
}

static void an_open_log_has_a_limit(void **state)
{
	struct call_log *log = *state;
	CLEANUP_BUF struct buf line = BUF_INIT(1 << 20), text = BUF_INIT(16 << 20);
	struct timespec at;

	for (unsigned i = 0; i < 100000; i++)
		buf_addc(&line, 'x');
	call_log_opened(log);
	for (unsigned i = 0; i < 110; i++)
		call_log_note(log, buf_str(&line));
	assert_int_equal(call_log_get(log, &text, &at), 0);
	assert_in_range(text.len, (10 << 20) - 101000, 10 << 20);
	assert_int_equal(log->dropped, 110 - count_lines(&text));
	/* Nobody has it open any more: the newest lines are kept. */
	call_log_closed(log);
	call_log_note(log, "the newest");
	buf_release(&text);
	assert_int_equal(call_log_get(log, &text, &at), 0);
	assert_non_null(strstr(buf_str(&text), " the newest\n"));
}

static void a_refused_text_has_a_limit(void **state)
{
	struct rejected *all = *state;
	CLEANUP_FREE char *text = calloc(1, REJECTED_MAX + 1);
	struct timespec at;

	assert_true(rejected_keep(all, "a/name", "one\n", 4));
	assert_false(rejected_keep(all, "b/name", text, REJECTED_MAX + 1));
	assert_int_equal(rejected_get(all, "b/name", NULL, &at), -ENOENT);
	assert_int_equal(rejected_get(all, "a/name", NULL, &at), 0);
	/* The oldest is dropped for the newest. */
	assert_true(rejected_keep(all, "b/name", text, REJECTED_MAX - 4));
	assert_int_equal(rejected_get(all, "a/name", NULL, &at), 0);
	assert_true(rejected_keep(all, "c/name", text, 1));
	assert_int_equal(rejected_get(all, "a/name", NULL, &at), -ENOENT);
	assert_int_equal(rejected_get(all, "b/name", NULL, &at), 0);
	assert_int_equal(rejected_get(all, "c/name", NULL, &at), 0);
	/* A text that is kept again is charged once. */
	assert_true(rejected_keep(all, "b/name", text, REJECTED_MAX - 1));
	assert_int_equal(rejected_get(all, "c/name", NULL, &at), 0);
	assert_int_equal(all->bytes, REJECTED_MAX);
	assert_true(rejected_drop(all, "b/name"));
	assert_false(rejected_drop(all, "b/name"));
	assert_int_equal(all->bytes, 1);
}

static void refused_texts_are_a_tree(void **state)
{
	struct rejected *all = *state;
	CLEANUP(map_release) struct map names = {0}, below = {0};
	CLEANUP_BUF struct buf b = BUF_INIT(64);
	struct timespec at;

	assert_true(rejected_keep(all, "a/b/c", "1", 1));
	assert_true(rejected_keep(all, "a/b/d", "22", 2));
	assert_true(rejected_keep(all, "ab", "3", 1));
	assert_int_equal(rejected_list(all, "", &names), 0);
	assert_int_equal(names.count, 2);
	assert_non_null(map_get(&names, "a"));
	assert_non_null(map_get(&names, "ab"));
	assert_int_equal(rejected_list(all, "a/b", &below), 0);
	assert_int_equal(below.count, 2);
	assert_non_null(map_get(&below, "d"));
	assert_int_equal(rejected_get(all, "a", NULL, &at), -EISDIR);
	assert_int_equal(rejected_get(all, "a/b", NULL, &at), -EISDIR);
	assert_int_equal(rejected_get(all, "a/b/d", &b, &at), 0);
	assert_string_equal(buf_str(&b), "22");
	assert_int_equal(rejected_get(all, "a/bc", NULL, &at), -ENOENT);
	assert_int_equal(rejected_get(all, "ab/c", NULL, &at), -ENOENT);
}

static void a_name_too_long_for_a_directory_is_not_listed(void **state)
{
	struct rejected *all = *state;
	CLEANUP(map_release) struct map names = {0};
	char path[NAME_FILE_MAX + 100];

	memset(path, 'n', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_true(rejected_keep(all, path, "1", 1));
	path[NAME_FILE_MAX - 1] = '\0';
	assert_true(rejected_keep(all, path, "1", 1));
	assert_int_equal(rejected_list(all, "", &names), 0);
	assert_int_equal(names.count, 1);
	assert_non_null(map_get(&names, path));
}

static void a_path_has_a_limit(void **state)
{
	char path[NODE_PATH_MAX], name[NODE_PATH_MAX + 1];

	memset(name, 'n', sizeof(name));
	name[NODE_PATH_MAX - 1] = '\0';
	assert_int_equal(path_join(path, "", name), 0);
	assert_string_equal(path, name);
	name[NODE_PATH_MAX - 1] = 'n';
	name[NODE_PATH_MAX] = '\0';
	assert_int_equal(path_join(path, "", name), -ENAMETOOLONG);
	name[NODE_PATH_MAX - 3] = '\0';
	assert_int_equal(path_join(path, "d", name), 0);
	name[NODE_PATH_MAX - 3] = 'n';
	name[NODE_PATH_MAX - 2] = '\0';
	assert_int_equal(path_join(path, "d", name), -ENAMETOOLONG);
	assert_int_equal(path_join(path, "a/b", "c"), 0);
	assert_string_equal(path, "a/b/c");
}

static void questions_are_asked_ever_more_seldom(void **state)
{
	uint64_t pause = PACE_FIRST_MS;

	for (unsigned i = 0; i < 20; i++) {
		uint64_t next = pace_next_ms(pause);

		assert_true(next >= pause);
		assert_in_range(next, PACE_FIRST_MS, 1000);
		pause = next;
	}
	assert_int_equal(pause, 1000);
}

static void expect_error(struct last_error *e, const char *text)
{
	CLEANUP_BUF struct buf b = BUF_INIT(64);
	struct timespec at;

	assert_int_equal(last_error_get(e, &b, &at), 0);
	assert_string_equal(buf_str(&b), text);
}

static void a_failed_reading_does_not_hide_why_a_change_was_refused(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct last_error e;

	last_error_init(&e, &lock, (struct timespec){0});
	last_error_set(&e, "read", true);
	expect_error(&e, "read");
	last_error_set(&e, "change", false);
	last_error_set(&e, "read again", true);
	expect_error(&e, "change");
	last_error_clear(&e);
	expect_error(&e, "");
	last_error_set(&e, "read again", true);
	expect_error(&e, "read again");
	last_error_release(&e);
	pthread_mutex_destroy(&lock);
}

#define GENERATIONS 20000

struct taker {
	_Atomic uint64_t *last;
	uint64_t taken[GENERATIONS];
};

static void *take_generations(void *arg)
{
	struct taker *taker = arg;

	for (size_t i = 0; i < GENERATIONS; i++)
		taker->taken[i] = clock_next_us(taker->last);
	return NULL;
}

static void no_generation_comes_twice(void **state)
{
	static struct taker a, b;
	_Atomic uint64_t last = 0;
	pthread_t thread;
	size_t i = 0, j = 0;

	a.last = b.last = &last;
	assert_int_equal(pthread_create(&thread, NULL, take_generations, &a), 0);
	take_generations(&b);
	pthread_join(thread, NULL);
	for (size_t k = 1; k < GENERATIONS; k++) {
		assert_true(a.taken[k - 1] < a.taken[k]);
		assert_true(b.taken[k - 1] < b.taken[k]);
	}
	while (i < GENERATIONS && j < GENERATIONS) {
		assert_true(a.taken[i] != b.taken[j]);
		if (a.taken[i] < b.taken[j])
			i++;
		else
			j++;
	}
}

static void there_is_one_writer_a_vpc(void **state)
{
	struct op op = {.deadline_ms = clock_mono_ms() + 50};
	struct write_lock first, other, second;
	struct write_locks all;
	int vpcs[2];

	write_locks_init(&all);
	assert_int_equal(write_lock_take(&all, &first, &vpcs[0], &op), 0);
	assert_int_equal(write_lock_take(&all, &other, &vpcs[1], &op), 0);
	assert_int_equal(write_lock_take(&all, &second, &vpcs[0], &op), -ETIMEDOUT);
	write_lock_drop(&all, &first);
	assert_int_equal(write_lock_take(&all, &second, &vpcs[0], &op), 0);
	write_lock_drop(&all, &other);
	write_locks_stop(&all);
	op.deadline_ms = clock_mono_ms() + 60000;
	assert_int_equal(write_lock_take(&all, &first, &vpcs[0], &op), -ESHUTDOWN);
	write_locks_sleep(&all, op.deadline_ms);
	assert_true(clock_mono_ms() < op.deadline_ms);
	write_lock_drop(&all, &second);
	write_locks_release(&all);
}

#define LOG_CASE(test) cmocka_unit_test_setup_teardown(test, setup_log, teardown_log)
#define TEXT_CASE(test)                                                                    \
	cmocka_unit_test_setup_teardown(test, setup_rejected, teardown_rejected)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		LOG_CASE(the_log_holds_the_last_thousand_lines),
		LOG_CASE(the_log_grows_while_it_is_open),
		LOG_CASE(an_open_log_has_a_limit),
		TEXT_CASE(a_refused_text_has_a_limit),
		TEXT_CASE(refused_texts_are_a_tree),
		TEXT_CASE(a_name_too_long_for_a_directory_is_not_listed),
		cmocka_unit_test(a_path_has_a_limit),
		cmocka_unit_test(questions_are_asked_ever_more_seldom),
		cmocka_unit_test(a_failed_reading_does_not_hide_why_a_change_was_refused),
		cmocka_unit_test(no_generation_comes_twice),
		cmocka_unit_test(there_is_one_writer_a_vpc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
