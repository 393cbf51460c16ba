/* SPDX-License-Identifier: MIT */
/* A scripted server on loopback that can also misbehave, with a thread for each connection. */
#ifndef TESTSERVER_H
#define TESTSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reply_kind {
	REPLY_ANSWER,	 /* status, headers, body */
	REPLY_HANG,	 /* takes the request, says nothing until the end */
	REPLY_DRIP,	 /* begins the answer, then a byte every 20 ms for ever */
	REPLY_CUT,	 /* promises more than the body, then closes */
	REPLY_CUT_RESET, /* the same, but with a reset */
	REPLY_CLOSE,	 /* takes the request, closes */
	REPLY_RESET,	 /* takes the request, resets */
	REPLY_BIG,	 /* an answer of size bytes */
	REPLY_GARBAGE,	 /* bytes that are not HTTP, then closes */
};

struct reply {
	enum reply_kind kind;
	int status;	     /* 0 is 200 */
	const char *headers; /* lines with CRLF, or NULL */
	const char *body;    /* or NULL */
	size_t size;	     /* of the body when it holds NUL; of REPLY_BIG */
	bool then_close;     /* close after the answer, which did not announce it */
};

struct testserver;

/* One reply for each request in order; the last one also for all that follow. Borrowed for the
 * server's life. */
struct testserver *testserver_start(const struct reply *replies, size_t count);
void testserver_stop(struct testserver *server);
/* "http://127.0.0.1:PORT" */
const char *testserver_url(const struct testserver *server);
int testserver_port(const struct testserver *server);
/* Takes a new script; the next request gets its first reply. */
void testserver_script(
	struct testserver *server, const struct reply *replies, size_t count);

unsigned testserver_requests(struct testserver *server);
unsigned testserver_connections(struct testserver *server);
/* Waits until so many requests have come in. */
void testserver_wait(struct testserver *server, unsigned requests);
/* The nth request (from 0) as it came, head and body; the caller frees. */
char *testserver_request(struct testserver *server, unsigned index);

/* A port of loopback that refuses connections until it is closed with close(*ret_fd). */
int testserver_dead_port(int *ret_fd);

#endif
