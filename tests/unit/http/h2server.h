/* SPDX-License-Identifier: MIT */
/* A scripted HTTP/2 server without TLS on loopback, with a thread for each connection. */
#ifndef H2SERVER_H
#define H2SERVER_H

#include <stddef.h>

enum h2reply_kind {
	H2REPLY_ANSWER,
	H2REPLY_REFUSE, /* REFUSED_STREAM: the request is not even read */
	H2REPLY_RESET,	/* the answer begins, then the stream ends with INTERNAL_ERROR */
	H2REPLY_CLOSE,	/* takes the request, closes the connection */
};

struct h2reply {
	enum h2reply_kind kind;
	int status;	      /* 0 is 200 */
	const char *headers;  /* "name: value\n" each, or NULL */
	const char *body;     /* or NULL: none, and no trailers */
	size_t size;	      /* bytes of the body */
	const char *trailers; /* as headers */
};

struct h2server;

/* One reply for each request in order; the last one also for all that follow. Borrowed for the
 * server's life. */
struct h2server *h2server_start(const struct h2reply *replies, size_t count);
void h2server_stop(struct h2server *server);
/* "http://127.0.0.1:PORT" */
const char *h2server_url(const struct h2server *server);
unsigned h2server_requests(struct h2server *server);
unsigned h2server_connections(struct h2server *server);
/* The nth request (from 0): "name: value\n" each, an empty line, the body. The caller frees;
 * ret_len (may be NULL): bytes, since a body may have NUL. */
char *h2server_request(struct h2server *server, unsigned index, size_t *ret_len);

#endif
