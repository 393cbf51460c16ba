/* SPDX-License-Identifier: MIT */
/* How often a request is repeated, and when. Pure logic: no clock, no I/O. */
#ifndef HTTP_RETRY_H
#define HTTP_RETRY_H

#include <stdint.h>
#include <time.h>

/* As http_repeat_wait_ms, with the jitter taken from random, which may be any number. */
int64_t retry_wait_ms(
	int errnum, int64_t retry_after_ms, unsigned attempts, uint32_t random);

/* The value of Retry-After (RFC 9110 10.2.3), seconds or an HTTP-date, as milliseconds from now; -1
 * if it is neither. */
int64_t retry_parse_after(const char *value, time_t now);

#endif
