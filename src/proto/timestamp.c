/* SPDX-License-Identifier: MIT */
/* google.protobuf.Timestamp as RFC 3339. It is read with an offset or Z, and written with Z and the
 * fewest of 0, 3, 6 or 9 digits that lose nothing. */
#include "google/protobuf/timestamp.pb-c.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "base/clock.h"
#include "known.h"

#define SECONDS_MIN INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define SECONDS_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define NANOS_MAX   999999999
#define DIGITS_MAX  9

static bool is_in_range(int64_t seconds, int64_t nanos)
{
	return seconds >= SECONDS_MIN && seconds <= SECONDS_MAX && nanos >= 0 &&
	       nanos <= NANOS_MAX;
}

/* Whether Go accepts the text as RFC 3339: upper case, no leap second, no digit that would be
 * lost. */
static bool is_strict(const char *text)
{
	const char *second = text + strlen("0000-00-00T00:00:");
	const char *fraction = second + strlen("00");

	return !strpbrk(text, "tz") && *second < '6' &&
	       (*fraction != '.' || strspn(fraction + 1, "0123456789") <= DIGITS_MAX);
}

int timestamp_read(const json_t *in, const struct reading *how, ProtobufCMessage *message)
{
	Google__Protobuf__Timestamp *time = (Google__Protobuf__Timestamp *)message;
	const char *text = json_string_value(in);
	struct timespec t;

	if (!text || strlen(text) != json_string_length(in) ||
		!clock_parse_rfc3339(text, &t) || !is_strict(text) ||
		!is_in_range(t.tv_sec, t.tv_nsec))
		return err_set(how->err, EINVAL,
			"invalid value for google.protobuf.Timestamp: %.*s", CLOCK_TEXT_MAX,
			text ? text : "not a text");
	time->seconds = t.tv_sec;
	time->nanos = (int32_t)t.tv_nsec;
	return 0;
}

/* Writes the number in this many digits. */
static void put_digits(char *at, int count, int number)
{
	for (; count; number /= 10)
		at[--count] = (char)('0' + number % 10);
}

static int write_second(time_t seconds, struct buf *buf)
{
	char text[] = "\"0000-00-00T00:00:00";
	struct tm tm;

	gmtime_r(&seconds, &tm);
	put_digits(text + 1, 4, tm.tm_year + 1900);
	put_digits(text + 6, 2, tm.tm_mon + 1);
	put_digits(text + 9, 2, tm.tm_mday);
	put_digits(text + 12, 2, tm.tm_hour);
	put_digits(text + 15, 2, tm.tm_min);
	put_digits(text + 18, 2, tm.tm_sec);
	return buf_adds(buf, text);
}

static int write_fraction(int nanos, struct buf *buf)
{
	char text[DIGITS_MAX + 2] = ".";
	int digits = DIGITS_MAX;

	for (; digits && nanos % 1000 == 0; digits -= 3)
		nanos /= 1000;
	put_digits(text + 1, digits, nanos);
	return digits ? buf_adds(buf, text) : 0;
}

int timestamp_write(const ProtobufCMessage *message, const struct writing *how)
{
	const Google__Protobuf__Timestamp *time =
		(const Google__Protobuf__Timestamp *)message;
	int r;

	if (!is_in_range(time->seconds, time->nanos))
		return err_set(how->err, EINVAL,
			"google.protobuf.Timestamp out of range: %" PRId64 " s, %" PRId32
			" ns",
			time->seconds, time->nanos);
	r = write_second(time->seconds, how->buf);
	if (r == 0)
		r = write_fraction(time->nanos, how->buf);
	return r < 0 ? r : buf_adds(how->buf, "Z\"");
}
