/* SPDX-License-Identifier: MIT */
/* curl's result as errno and a sentence. */
#ifndef HTTP_CURL_ERROR_H
#define HTTP_CURL_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#define CURL_ERROR_PEER_MAX 300

/* What is known about a request that got no complete answer. */
struct curl_error {
	int curl_code;	     /* CURLcode */
	long os_errno;	     /* of connect(2), 0 when not known */
	int status;	     /* HTTP status when the answer had begun, else 0 */
	bool too_large;	     /* our own limit ended it */
	const char *details; /* curl's error buffer; may be "" */
};

/* "host:port" of the URL, the scheme's port where it names none; never user or password. */
void curl_error_name_peer(const char *url, char out[CURL_ERROR_PEER_MAX]);
/* The errno (positive) of http.h. */
int curl_error_errnum(const struct curl_error *error);
/* A sentence without the peer, cleaned for a person. */
void curl_error_describe(const struct curl_error *error, char *out, size_t size);

#endif
