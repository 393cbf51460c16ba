/* SPDX-License-Identifier: MIT */
/* Time: the monotonic clock for waiting, the real-time clock for showing. */
#include "base/clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

uint64_t clock_mono_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t clock_next_us(_Atomic uint64_t *last)
{
	uint64_t before = atomic_load(last), next;

	do {
		uint64_t now = clock_mono_us();

		next = now > before ? now : before + 1;
	} while (!atomic_compare_exchange_weak(last, &before, next));
	return next;
}

uint64_t clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

struct timespec clock_real(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t;
}

bool clock_is_later(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

void clock_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

bool clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t deadline_ms)
{
	struct timespec t = {
		.tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000) * 1000000,
	};

	return pthread_cond_timedwait(cond, lock, &t) != ETIMEDOUT;
}

/* Reads an optional fraction (".123") as nanoseconds and moves *text past it. */
static bool parse_fraction(const char **text, long *ret_nsec)
{
	long nsec = 0, scale = 100000000;

	*ret_nsec = 0;
	if (**text != '.')
		return true;
	if (*++*text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; ++*text, scale /= 10)
		nsec += (**text - '0') * scale;
	*ret_nsec = nsec;
	return true;
}

/* Whether the text begins like the pattern, in which '0' stands for any digit. */
static bool has_shape(const char *text, const char *pattern)
{
	for (; *pattern; text++, pattern++) {
		if (*pattern == '0' ? *text < '0' || *text > '9' : *text != *pattern)
			return false;
	}
	return true;
}

/* The caller has checked the digits. Not sscanf: every file has a time, and sscanf would take a
 * tenth of a walk over the mount. */
static int number_at(const char *digits, size_t count)
{
	int n = 0;

	for (size_t i = 0; i < count; i++)
		n = n * 10 + (digits[i] - '0');
	return n;
}

/* "Z" or "+hh:mm" as seconds east. */
static bool parse_zone(const char *text, long *ret_seconds)
{
	int hours, minutes;

	*ret_seconds = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if ((text[0] != '+' && text[0] != '-') || !has_shape(text + 1, "00:00") || text[6])
		return false;
	hours = number_at(text + 1, 2);
	minutes = number_at(text + 4, 2);
	if (hours > 23 || minutes > 59)
		return false;
	*ret_seconds = (hours * 60L + minutes) * 60 * (text[0] == '-' ? -1 : 1);
	return true;
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* tm holds year and month as written, counted from 1. */
static bool is_date_and_time(const struct tm *tm)
{
	return tm->tm_year >= 1 && tm->tm_mon >= 1 && tm->tm_mon <= 12 &&
	       tm->tm_mday >= 1 && tm->tm_mday <= month_days(tm->tm_year, tm->tm_mon) &&
	       tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60;
}

bool clock_parse_rfc3339(const char *text, struct timespec *ret)
{
	struct tm tm;
	long east, nsec;

	if (!has_shape(text, "0000-00-00") || (text[10] != 'T' && text[10] != 't') ||
		!has_shape(text + 11, "00:00:00"))
		return false;
	tm = (struct tm){.tm_year = number_at(text, 4),
		.tm_mon = number_at(text + 5, 2),
		.tm_mday = number_at(text + 8, 2),
		.tm_hour = number_at(text + 11, 2),
		.tm_min = number_at(text + 14, 2),
		.tm_sec = number_at(text + 17, 2)};
	if (!is_date_and_time(&tm))
		return false;
	text += strlen("0000-00-00T00:00:00");
	if (!parse_fraction(&text, &nsec) || !parse_zone(text, &east))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*ret = (struct timespec){.tv_sec = timegm(&tm) - east, .tv_nsec = nsec};
	return true;
}

void clock_format_rfc3339(struct timespec t, char out[CLOCK_TEXT_MAX])
{
	struct tm tm;
	size_t n;

	gmtime_r(&t.tv_sec, &tm);
	n = strftime(out, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, CLOCK_TEXT_MAX - n, ".%03ldZ", t.tv_nsec / 1000000);
}
