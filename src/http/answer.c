/* SPDX-License-Identifier: MIT */
/* The answer that a call returns. Its headers are stored as name, NUL, value, NUL. */
#include "http/http.h"

#include <string.h>

void http_answer_init(struct http_answer *answer, size_t body_max)
{
	*answer = (struct http_answer){.retry_after_ms = -1};
	buf_init(&answer->body, body_max);
	buf_init(&answer->headers, HTTP_HEADERS_MAX);
}

void http_answer_release(struct http_answer *answer)
{
	buf_release(&answer->body);
	buf_release(&answer->headers);
}

const char *http_answer_header(const struct http_answer *answer, const char *name)
{
	const char *at = buf_str(&answer->headers), *end = at + answer->headers.len;

	while (at < end) {
		const char *value = at + strlen(at) + 1;

		if (strcasecmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return "";
}
