/* SPDX-License-Identifier: MIT */
/* How a call becomes a request, and how an answer becomes a status and JSON. Each protocol is one
 * table of functions in a file of its own. Everything else is the same for all of them: the meaning
 * of errors, tokens, repetitions, pages. */
#ifndef API_PROTOCOL_H
#define API_PROTOCOL_H

#include "api/api.h"

#define PROTOCOL_HEADERS_MAX 4
#define PROTOCOL_PATH_MAX    16384 /* bytes of a path with its query */
#define PROTOCOL_BODY_MAX    (16u << 20)

/* A call as a request. Caller's memory: message_init, then message_release. */
struct message {
	const char *method; /* HTTP */
	struct buf path;    /* follows the endpoint; escaped, with its query */
	/* NULL after the last */
	const char *headers[PROTOCOL_HEADERS_MAX + 1];
	/* memory of the header line with an ETag */
	struct buf etag;
	bool has_body;
	struct buf body;
	/* as in http_request */
	bool speaks_http2;
};

struct protocol {
	/* How the log names the call and its object: "PATCH" and "/v1beta1/networking/vpcs/ID".
	 * Errors: -ENOMEM, -EFBIG. */
	const char *(*verb)(const struct api_call *call);
	int (*print_target)(const struct api_call *call, struct buf *ret);
	/* Fills ret, which is empty. Errors: -ENOMEM, -EFBIG, -EINVAL with a sentence. */
	int (*write)(const struct api_call *call, struct message *ret, struct err *err);
	/* Replaces the answer by what a REST API would have answered: a success (2xx) with JSON, or
	 * an error as problem.c reads it. NULL if the answer is that already. Errors: -EBADMSG with
	 * a sentence, -ENOMEM. */
	int (*read)(
		const struct api_call *call, struct http_answer *answer, struct err *err);
	bool has_etags;
	/* The same protocol with bodies in another form, for a server that refuses this one; NULL
	 * if there is none. */
	const struct protocol *other_codec;
};

extern const struct protocol protocol_rest, protocol_connect, protocol_grpc;

/* Adds the text as one segment of a path, one value of a query or one word of a line. Escapes
 * everything but RFC 3986's unreserved characters, and the dots of "." and "..", which are not
 * names. Errors: -ENOMEM, -EFBIG. */
int protocol_escape(struct buf *ret, const char *text);

void message_init(struct message *message);
void message_release(struct message *message);

#endif
