/* SPDX-License-Identifier: MIT */
/* Turns curl's result into an errno and a sentence. */
#ifndef HTTP_CURL_ERROR_H
#define HTTP_CURL_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#define CURL_ERROR_PEER_MAX 300

/* What is known about a request that got no complete answer. */
struct curl_error {
	int curl_code;	     /* CURLcode */
	long os_errno;	     /* of connect(2), 0 if unknown */
	int status;	     /* HTTP status if the answer had begun, else 0 */
	bool too_large;	     /* the answer passed our own limit */
	const char *details; /* curl's error buffer; may be "" */
};

/* Writes "host:port" of the URL, with the scheme's default port if it gives none, and never a user
 * or password. */
void curl_error_name_peer(const char *url, char out[CURL_ERROR_PEER_MAX]);
/* The positive errno, as listed at http_call. */
int curl_error_errnum(const struct curl_error *error);
/* Writes a sentence that does not name the peer and is safe to show. */
void curl_error_describe(const struct curl_error *error, char *out, size_t size);

#endif
