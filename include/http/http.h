/* SPDX-License-Identifier: MIT */
/* Sends one request, returns one answer. A thread of its own owns curl (one multi handle:
 * connections are reused, HTTP/2 is multiplexed); callers hand a request in and wait with a
 * deadline and a cancel. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/op.h"
#include "base/secret.h"

struct http;

struct http_options {
	const char *cacert;	/* PEM file, or NULL for the system's */
	const char *user_agent; /* borrowed for the call */
	bool direct; /* no proxy; else http_proxy, https_proxy, no_proxy ... count as in curl */
};

/* Start after any fork: curl and the thread do not survive one. Errors: -ENOMEM, -EINVAL (cacert
 * unreadable, with a sentence), -EAGAIN (no thread). */
int http_new(const struct http_options *options, struct http **ret, struct err *err);
/* Ends every call under way with -ESHUTDOWN, now and from now on; any thread; does not wait. */
void http_shut_down(struct http *http);
/* Shuts down, joins the thread, frees. No call may be under way. NULL is allowed. */
void http_free(struct http *http);

struct http_answer;

/* Borrowed for the call. */
struct http_request {
	const char *method;
	const char *url;
	const struct secret *bearer;
	/* "Name: value" each, NULL after the last; a request with a body names its Content-Type. */
	const char *const *headers;
	/* NULL: the request has none, not even an empty one */
	const char *body;
	size_t body_len;
	/* It changes nothing, so it may be sent again. Any other request is sent at most once; what
	 * HTTP/2 says was not processed (REFUSED_STREAM) does not count. */
	bool repeatable;
	/* The server is known to speak HTTP/2 without TLS, too (prior knowledge). Over TLS the two
	 * sides agree on a version in either case. */
	bool speaks_http2;
	/* Called with each complete answer, on the caller's thread: whether it says "not now". May
	 * put another status and body in its place. NULL: http_is_busy of its status. */
	bool (*is_busy)(void *arg, struct http_answer *answer);
	void *is_busy_arg;
};

/* Caller's memory; http_answer_init, then release whatever the call returned. */
struct http_answer {
	int status;
	/* decoded */
	struct buf body;
	/* for http_answer_header */
	struct buf headers;
	/* -1 when there is none; from seconds or from a date */
	int64_t retry_after_ms;
	/* requests that were made for it, 1 or more */
	unsigned attempts;
	/* The last attempt, if it is made again, may end otherwise: the server said "not now", or
	 * there was no connection, or it broke. Written on failure, too. */
	bool may_repeat;
};

/* Bytes that the body of an answer that is no success may have. */
#define HTTP_ERROR_MAX (4u << 20)

/* body_max: bytes that a decoded body may have; a larger one is -EBADMSG. */
void http_answer_init(struct http_answer *answer, size_t body_max);
void http_answer_release(struct http_answer *answer);
#define CLEANUP_HTTP_ANSWER CLEANUP(http_answer_release)

/* The value of a header or trailer, in any case of letters; "" when there is none, or none that
 * fits into HTTP_HEADERS_MAX bytes with those before it. Borrowed from the answer. */
#define HTTP_HEADERS_MAX 65536
const char *http_answer_header(const struct http_answer *answer, const char *name);

/* Whether a server says with this status that it cannot now: 429, 502, 503, 504. */
bool http_is_busy(int status);

/* Milliseconds to wait before a request that may_repeat is sent again, jittered and doubling from
 * 100 ms, at least retry_after_ms (-1: none); -1 when the attempts made so far are enough. errnum:
 * 0 with an answer that says "not now", else the errno of http_call (positive), which decides how
 * many attempts there are. */
int64_t http_repeat_wait_ms(int errnum, int64_t retry_after_ms, unsigned attempts);

/* Sends and waits for the answer. A repeatable request is sent again while the last attempt
 * may_repeat, after http_repeat_wait_ms, never past op->deadline_ms (a wait that would pass it is
 * not begun: the last answer is returned), and never when op->is_probe. Any other is sent at most
 * once: when a reused connection turns out to be dead, that is -EREMOTEIO. Redirects are not
 * followed: a 3xx is an answer.
 *
 * Blocks until the answer, op->deadline_ms, or, when op->cancel is not NULL, until that fires. The
 * deadline holds for name resolution, connection, TLS, a server that hangs or drips. Returns 0 with
 * any complete answer, whatever its status; ret_sent (may be NULL) says whether a request may have
 * reached the server, on failure too. Errors, with a sentence that names host and port:
 * -EHOSTUNREACH (no route, no name), -ECONNREFUSED, -ETIMEDOUT, -EPROTO (TLS), -EBADMSG (cut, too
 * large, not HTTP), -EREMOTEIO (connection closed or reset without an answer), -EINTR (cancelled),
 * -ESHUTDOWN, -ENOMEM. */
int http_call(struct http *http, const struct http_request *request, const struct op *op,
	struct http_answer *ret, bool *ret_sent, struct err *err);

/* Of libcurl. */
const char *http_library_version(void);

#endif
