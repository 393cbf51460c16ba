/* SPDX-License-Identifier: MIT */
/* Time: monotonic for waiting, real for showing. */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

uint64_t clock_mono_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
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

/* ".123" as nanoseconds; moves *text behind it. */
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

/* "Z" or "+hh:mm" as seconds east. */
static bool parse_zone(const char *text, long *ret_seconds)
{
	int hours, minutes, used = 0;
	char sign;

	*ret_seconds = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 ||
		text[used] || (sign != '+' && sign != '-') || hours > 23 || minutes > 59)
		return false;
	*ret_seconds = (hours * 60L + minutes) * 60 * (sign == '-' ? -1 : 1);
	return true;
}

bool clock_parse_rfc3339(const char *text, struct timespec *ret)
{
	struct tm tm = {0};
	long east, nsec;
	int used = 0;
	char sep;

	if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		    &sep, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 7 ||
		!used || (sep != 'T' && sep != 't'))
		return false;
	if (tm.tm_year < 1 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
		tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 ||
		tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	text += used;
	if (!parse_fraction(&text, &nsec) || !parse_zone(text, &east))
		return false;
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
