/* SPDX-License-Identifier: MIT */
/* Sends one request and returns one answer. One thread owns curl, with one multi handle, so that
 * connections are reused and HTTP/2 is multiplexed. Callers hand it a request and wait, with a
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
	const char *cacert;	/* PEM file, or NULL for the system's certificates */
	const char *user_agent; /* borrowed for the call */
	bool direct; /* no proxy; else curl reads http_proxy, https_proxy, no_proxy and so on */
};

/* Starts the thread. Call it after any fork: curl and the thread do not survive one. Errors:
 * -ENOMEM, -EINVAL with a sentence (cacert cannot be read), -EAGAIN (no thread). */
int http_new(const struct http_options *options, struct http **ret, struct err *err);
/* Ends all calls under way, and all later ones, with -ESHUTDOWN. May be called from any thread;
 * does not wait for the calls to return. */
void http_shut_down(struct http *http);
/* Shuts down, joins the thread and frees. No call may be under way. http may be NULL. */
void http_free(struct http *http);

struct http_answer;

/* Borrowed for the call. */
struct http_request {
	const char *method;
	const char *url;
	const struct secret *bearer;
	/* "Name: value" each, NULL after the last. A request with a body must give a
	 * Content-Type. */
	const char *const *headers;
	/* NULL: the request has none, not even an empty one */
	const char *body;
	size_t body_len;
	/* The request changes nothing, so it may be sent again. Any other is sent at most once. */
	bool repeatable;
	/* The server is known to speak HTTP/2 even without TLS (prior knowledge). Over TLS the two
	 * sides always negotiate the version. */
	bool speaks_http2;
	/* Called with each complete answer on the caller's thread. Returns whether the server says
	 * "not now". May replace the answer's status and body. NULL: http_is_busy decides by the
	 * status. */
	bool (*is_busy)(void *arg, struct http_answer *answer);
	void *is_busy_arg;
};

/* Caller's memory. Initialise it with http_answer_init; release it whatever the call returned. */
struct http_answer {
	int status;		/* HTTP status */
	struct buf body;	/* decoded */
	struct buf headers;	/* for http_answer_header */
	int64_t retry_after_ms; /* from Retry-After, -1 if there is none */
	/* Attempts that the call made, and when the last one began (clock_mono_us() scale). Written
	 * on failure, too. */
	unsigned attempts;
	uint64_t asked_us;
	/* Another attempt may succeed: the server said "not now", or there was no connection, or it
	 * broke. Written on failure, too. */
	bool may_repeat;
};

/* Largest body, in bytes, of an answer whose status is not 2xx. */
#define HTTP_ERROR_MAX (4u << 20)

/* body_max: largest decoded body in bytes; http_call returns -EBADMSG for a larger one. */
void http_answer_init(struct http_answer *answer, size_t body_max);
void http_answer_release(struct http_answer *answer);
#define CLEANUP_HTTP_ANSWER CLEANUP(http_answer_release)

/* The value of a header or trailer; the case of its name is ignored. "" if the answer does not have
 * it, or if it did not fit into HTTP_HEADERS_MAX bytes with those before it. Borrowed from the
 * answer. */
#define HTTP_HEADERS_MAX 65536
const char *http_answer_header(const struct http_answer *answer, const char *name);

/* Whether the status says "not now": 429, 502, 503, 504. */
bool http_is_busy(int status);

/* How long to wait, in milliseconds, before a request that may_repeat is sent again; -1 if no more
 * attempts are to be made. The wait doubles from 100 ms, is jittered, and is at least
 * retry_after_ms (-1: none). errnum decides how many attempts are made: it is 0 for an answer that
 * says "not now", else the positive errno of http_call. */
int64_t http_repeat_wait_ms(int errnum, int64_t retry_after_ms, unsigned attempts);

/* Sends the request and waits for the answer. A repeatable request is sent again, after
 * http_repeat_wait_ms, while the last attempt may_repeat; never when op->is_probe, and never past
 * op->deadline_ms: if the wait would pass that, the last result is returned at once. Any other
 * request is sent at most once: if a reused connection turns out to be dead, the call fails with
 * -EREMOTEIO. Redirects are not followed: a 3xx is an answer.
 *
 * Blocks until there is an answer, until op->deadline_ms, or until op->cancel (if not NULL) fires.
 * The deadline covers name resolution, connecting, TLS, and a server that hangs or drips. Returns 0
 * with any complete answer, whatever its status. ret_sent (may be NULL) says whether a request may
 * have reached the server; it is written on failure, too.
 *
 * Errors, with a sentence that names host and port: -EHOSTUNREACH (no route, unknown host),
 * -ECONNREFUSED, -ETIMEDOUT, -EPROTO (TLS), -EBADMSG (answer cut, too large, or not HTTP),
 * -EREMOTEIO (connection closed or reset without an answer), -EINTR (cancelled), -ESHUTDOWN,
 * -ENOMEM. */
int http_call(struct http *http, const struct http_request *request, const struct op *op,
	struct http_answer *ret, bool *ret_sent, struct err *err);

/* The version of libcurl. */
const char *http_library_version(void);

#endif
