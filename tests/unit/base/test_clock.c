/* SPDX-License-Identifier: MIT */
/* Timestamps, deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/op.h"

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		time_t sec;
		long nsec;
	} rows[] = {
		{"1970-01-01T00:00:00Z", 0, 0},
		{"2023-11-07T05:31:56Z", 1699335116, 0},
		{"2023-11-07T05:31:56.5Z", 1699335116, 500000000},
		{"2023-11-07t05:31:56.123456789z", 1699335116, 123456789},
		{"2023-11-07T05:31:56.1234567899999Z", 1699335116, 123456789},
		{"2023-11-07T07:31:56+02:00", 1699335116, 0},
		{"2023-11-07T00:01:56-05:30", 1699335116, 0},
		{"2024-02-29T00:00:00Z", 1709164800, 0},
		{"1969-12-31T23:59:59Z", -1, 0},
		{"2016-12-31T23:59:60Z", 1483228800, 0},
	};
	struct timespec t;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(clock_parse_rfc3339(rows[i].text, &t));
		assert_int_equal(t.tv_sec, rows[i].sec);
		assert_int_equal(t.tv_nsec, rows[i].nsec);
	}
}

static void test_parse_garbage(void **state)
{
	static const char *const rows[] = {"", "2023-11-07", "2023-11-07T05:31:56",
		"2023-11-07T05:31Z", "2023-11-07 05:31:56Z", "2023-13-07T05:31:56Z",
		"2023-00-07T05:31:56Z", "2023-11-32T05:31:56Z", "2023-02-29T05:31:56Z",
		"2023-04-31T05:31:56Z", "2023-11-07T24:31:56Z", "2023-11-07T05:60:56Z",
		"2023-11-07T05:31:61Z", "2023-11-07T05:31:56.Z", "2023-11-07T05:31:56,5Z",
		"2023-11-07T05:31:56Zx", "2023-11-07T05:31:56+24:00",
		"2023-11-07T05:31:56+2:00", "2023-11-07T05:31:56+0200",
		"-023-11-07T05:31:56Z", "2023- 1-07T05:31:56Z", "2023-1-7T5:31:56Z",
		"2023-+1-07T05:31:56Z", "20231-11-07T05:31:56Z", "tomorrow"};
	struct timespec t;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (clock_parse_rfc3339(rows[i], &t))
			fail_msg("accepted %s", rows[i]);
	}
}

static void test_format(void **state)
{
	char out[CLOCK_TEXT_MAX];
	struct timespec back;

	clock_format_rfc3339((struct timespec){1699335116, 123999999}, out);
	assert_string_equal(out, "2023-11-07T05:31:56.123Z");
	assert_true(clock_parse_rfc3339(out, &back));
	assert_int_equal(back.tv_sec, 1699335116);
	clock_format_rfc3339((struct timespec){0, 0}, out);
	assert_string_equal(out, "1970-01-01T00:00:00.000Z");
}

static void test_cond_deadline(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	uint64_t begun = clock_mono_ms();
	pthread_cond_t cond;

	clock_cond_init(&cond);
	pthread_mutex_lock(&lock);
	assert_false(clock_cond_wait(&cond, &lock, 0));
	while (clock_cond_wait(&cond, &lock, begun + 50))
		; /* a spurious wake-up */
	pthread_mutex_unlock(&lock);
	assert_in_range(clock_mono_ms() - begun, 50, 250);
	pthread_cond_destroy(&cond);
}

static void test_op(void **state)
{
	struct op op = {.deadline_ms = clock_mono_ms() + 10000};

	assert_in_range(op_left_ms(&op), 9000, 10000);
	op.deadline_ms = 0;
	assert_int_equal(op_left_ms(&op), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_garbage),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_cond_deadline),
		cmocka_unit_test(test_op),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
