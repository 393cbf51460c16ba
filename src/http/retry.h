/* SPDX-License-Identifier: MIT */
/* How often a request is repeated, and when. Pure: no clock, no I/O. */
#ifndef HTTP_RETRY_H
#define HTTP_RETRY_H

#include <stdint.h>
#include <time.h>

/* As http_repeat_wait_ms; random is any number. */
int64_t retry_wait_ms(
	int errnum, int64_t retry_after_ms, unsigned attempts, uint32_t random);

/* Retry-After (RFC 9110 10.2.3): seconds or an HTTP-date, as milliseconds from now; -1 when it is
 * neither. */
int64_t retry_parse_after(const char *value, time_t now);

#endif
