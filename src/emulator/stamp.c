/* SPDX-License-Identifier: MIT */
/* Times and ids, no two of them equal. */
#include "stamp.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include "base/clock.h"

void stamp_now(struct stamp *s, char out[STAMP_TEXT_MAX])
{
	struct timespec now = clock_real();
	uint64_t us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	struct tm tm;
	time_t seconds;
	size_t n;

	if (us <= s->last_us)
		us = s->last_us + 1;
	s->last_us = us;
	seconds = (time_t)(us / 1000000);
	gmtime_r(&seconds, &tm);
	n = strftime(out, STAMP_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	us %= 1000000; /* ProtoJSON shows 0, 3 or 6 digits */
	if (us == 0)
		snprintf(out + n, STAMP_TEXT_MAX - n, "Z");
	else if (us % 1000 == 0)
		snprintf(out + n, STAMP_TEXT_MAX - n, ".%03uZ", (unsigned)(us / 1000));
	else
		snprintf(out + n, STAMP_TEXT_MAX - n, ".%06uZ", (unsigned)us);
}

static void random_bytes(unsigned char *out, size_t len)
{
	while (len) {
		ssize_t n = getrandom(out, len, 0);

		if (n <= 0)
			continue;
		out += n;
		len -= (size_t)n;
	}
}

void stamp_id(char out[STAMP_ID_MAX])
{
	unsigned char b[16];

	random_bytes(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(out, STAMP_ID_MAX,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
		b[12], b[13], b[14], b[15]);
}
