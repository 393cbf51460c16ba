/* SPDX-License-Identifier: MIT */
/* Which request may be repeated, when, and how often. Pure: no clock, no I/O. */
#ifndef HTTP_RETRY_H
#define HTTP_RETRY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* How one attempt ended. */
struct retry_outcome {
	const char *method;
	int errnum;    /* 0 with an answer, else positive */
	int status;    /* of the answer */
	bool sent;     /* bytes of this request may have left */
	bool hopeless; /* the next attempt would end the same way: an answer too large */
	int64_t retry_after_ms; /* -1 when the answer named none */
};

/* Milliseconds to wait before the next attempt; -1 when this outcome is final. attempts made so far, 1 or more;
 * random is any number. */
int64_t retry_wait_ms(
	const struct retry_outcome *outcome, unsigned attempts, uint32_t random);

/* Retry-After (RFC 9110 10.2.3): seconds or an HTTP-date, as milliseconds from now; -1 when it is neither. */
int64_t retry_parse_after(const char *value, time_t now);

#endif
