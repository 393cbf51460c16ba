/* SPDX-License-Identifier: MIT */
/* curl's result as errno and a sentence. */
#ifndef HTTP_FAILURE_H
#define HTTP_FAILURE_H

#include <stdbool.h>
#include <stddef.h>

#define FAILURE_PEER_MAX 300

/* What is known about a request that got no complete answer. */
struct failure {
	int curl_code;	     /* CURLcode */
	long os_errno;	     /* of connect(2), 0 when not known */
	int status;	     /* HTTP status when the answer had begun, else 0 */
	bool too_large;	     /* our own limit ended it */
	const char *details; /* curl's error buffer; may be "" */
};

/* "host:port" of the URL, the scheme's port where it names none; never user or password. */
void failure_name_peer(const char *url, char out[FAILURE_PEER_MAX]);
/* The errno (positive) of http.h. */
int failure_errnum(const struct failure *failure);
/* A sentence without the peer, cleaned for a person. */
void failure_describe(const struct failure *failure, char *out, size_t size);

#endif
