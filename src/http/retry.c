/* SPDX-License-Identifier: MIT */
/* How often a request is repeated, and when. */
#include "retry.h"

#include <assert.h>
#include <curl/curl.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "http/http.h"

#define RETRY_FIRST_MS	  100
#define RETRY_MAX_MS	  5000
#define RETRY_AFTER_MAX_S 86400
/* How many attempts are made: while the server says "not now"; while there is no connection, or it
 * ends without an answer (so that a dead server is reported soon); while answers are cut. */
#define RETRY_MAX_ANSWERS 6
#define RETRY_MAX_BROKEN  4
#define RETRY_MAX_CUT	  3

bool http_is_busy(int status)
{
	static const int again[] = {429, 502, 503, 504};

	for (size_t i = 0; i < ARRAY_LEN(again); i++) {
		if (status == again[i])
			return true;
	}
	return false;
}

static unsigned retry_max(int errnum)
{
	switch (errnum) {
	case 0:
		return RETRY_MAX_ANSWERS;
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case EREMOTEIO:
		return RETRY_MAX_BROKEN;
	case EBADMSG:
		return RETRY_MAX_CUT;
	default: /* TLS, memory, deadline */
		return 1;
	}
}

int64_t retry_wait_ms(
	int errnum, int64_t retry_after_ms, unsigned attempts, uint32_t random)
{
	int64_t wait;

	assert(attempts);
	if (attempts >= retry_max(errnum))
		return -1;
	wait = (int64_t)RETRY_FIRST_MS << (attempts < 8 ? attempts - 1 : 7);
	if (wait > RETRY_MAX_MS)
		wait = RETRY_MAX_MS;
	random %= (uint32_t)wait / 4 + 1;
	if (wait < retry_after_ms)
		wait = retry_after_ms;
	return wait + random;
}

static uint32_t retry_random(void)
{
	uint32_t number = 0;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		number = (uint32_t)clock_mono_us();
	return number;
}

int64_t http_repeat_wait_ms(int errnum, int64_t retry_after_ms, unsigned attempts)
{
	return retry_wait_ms(errnum, retry_after_ms, attempts, retry_random());
}

int64_t retry_parse_after(const char *value, time_t now)
{
	size_t digits = strspn(value, "0123456789");
	int64_t seconds = 0;
	time_t date;

	if (digits && !value[digits]) {
		for (; *value && seconds < RETRY_AFTER_MAX_S; value++)
			seconds = seconds * 10 + (*value - '0');
	} else {
		date = isalpha((unsigned char)value[0]) ? curl_getdate(value, NULL) : -1;
		if (date == -1)
			return -1;
		seconds = date > now ? date - now : 0;
	}
	return (seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000;
}
