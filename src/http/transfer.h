/* SPDX-License-Identifier: MIT */
/* One attempt at one request. The caller and the pool's thread hold a reference each, so that
 * either may leave first. Only the thread touches the easy handle. */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include "curl_error.h"
#include "http/http.h"

struct http;
struct waiter;

struct transfer {
	atomic_uint refs;
	/* Written by transfer_new, then only read. */
	struct http *http; /* borrowed: outlives the thread */
	char *method;
	char *url;
	char *body;
	size_t body_len;
	struct curl_slist *headers; /* owned; wiped when freed, since the token is in it */
	uint64_t deadline_ms;
	bool fresh;	   /* use a new connection */
	bool repeatable;   /* curl may repeat it by itself */
	bool speaks_http2; /* as in http_request */
	bool is_alone;	   /* its connection serves no other request, before or after it */

	/* Under the pool's lock. */
	struct waiter *waiter; /* borrowed; NULL once the caller has left */
	bool abandoned;
	bool sent; /* the first byte of the request may have left */
	bool done;

	/* Used by the thread until done, then by the caller. */
	CURL *easy;
	char details[CURL_ERROR_SIZE];
	struct http_answer answer;
	CURLcode result;
	long os_errno;
	bool too_large;
	bool no_memory;

	STAILQ_ENTRY(transfer) arrival; /* under the pool's lock */
	LIST_ENTRY(transfer) link;	/* running; used by the thread only */
};
STAILQ_HEAD(transfer_queue, transfer);
LIST_HEAD(transfer_list, transfer);

/* Copies everything that the request borrows. Returns one reference, or NULL if there is no memory.
 */
struct transfer *transfer_new(struct http *http, const struct http_request *request,
	uint64_t deadline_ms, size_t answer_max, bool fresh);
void transfer_ref(struct transfer *transfer);
void transfer_unref(struct transfer *transfer);

struct transfer_settings {
	CURLSH *share;
	const char *cacert;
	const char *user_agent;
	bool fresh;  /* use a new connection */
	bool direct; /* ignore the proxies of the environment */
	/* CURLOPT_PREREQFUNCTION */
	int (*before_send)(void *transfer, char *, char *, int, int);
};

/* Called by the thread: makes the easy handle. Errors: -ENOMEM. */
int transfer_prepare(struct transfer *transfer, const struct transfer_settings *settings);
/* Called by the thread: takes the result out of the easy handle, which must have left the multi
 * handle, and frees it. */
void transfer_collect(struct transfer *transfer, CURLcode result);

#endif
