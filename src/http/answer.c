/* SPDX-License-Identifier: MIT */
/* The answer as the caller holds it. */
#include "http/http.h"

void http_answer_init(struct http_answer *answer, size_t body_max)
{
	*answer = (struct http_answer){.retry_after_ms = -1};
	buf_init(&answer->body, body_max);
}

void http_answer_release(struct http_answer *answer)
{
	buf_release(&answer->body);
}
