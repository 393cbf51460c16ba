/* SPDX-License-Identifier: MIT */
/* One answer before it is sent. The service's answer is independent of the protocol until a door
 * has written it (door.h); an answer of HTTP itself is the same through every door. */
#ifndef EMULATOR_ANSWER_H
#define EMULATOR_ANSWER_H

#include <stdbool.h>
#include <jansson.h>
#include "rpc.h"
#include "text.h"

#define ANSWER_MESSAGE_MAX 4096

enum answer_kind {
	/* status and body are HTTP's, the same at each door */
	ANSWER_HTTP,
	/* body is JSON: the whole answer of a list, else one VPC without its envelope */
	ANSWER_MESSAGE,
	/* body is sent in place of the encoded message; NULL sends none */
	ANSWER_BYTES,
	/* problem describes the error */
	ANSWER_PROBLEM,
};

struct answer {
	enum answer_kind kind;
	/* HTTP; 0 if the server cannot answer */
	unsigned status;
	/* owned; NULL is empty */
	struct text *body;
	/* owned; google.rpc.Status as JSON, for ANSWER_PROBLEM */
	json_t *problem;
	/* owned; sent after the body: an object of names and values, or NULL */
	json_t *trailers;
	/* Content-Type, static; NULL is JSON */
	const char *type;
	/* static; the Allow header of a 405, or NULL */
	const char *allow;
	/* static; the Accept-Post header of a 415, or NULL */
	const char *accept_post;
	/* static; the WWW-Authenticate header of a 401, or NULL */
	const char *challenge;
	/* borrowed from the fault that redirects, or NULL */
	const char *location;
	/* seconds, when has_retry_after */
	unsigned retry_after;
	bool has_retry_after;
	/* the body is one or more gRPC frames and never compressed as a whole */
	bool is_framed;
	/* send Accept-Encoding: gzip, as the gateway does */
	bool takes_gzip;
	/* send an ETag, and compare it with If-None-Match */
	bool tagged;
	/* the body is compressed */
	bool is_gzip;
	/* the ETag of this form of the body, or "" */
	char tag[TEXT_TAG_MAX];
};

void answer_release(struct answer *a);
#define CLEANUP_ANSWER CLEANUP(answer_release)

/* 200 with this body. Takes the reference; NULL (no memory) becomes a 500. */
struct answer answer_text_take(struct text *body);
/* The same as ANSWER_MESSAGE. */
struct answer answer_message_take(struct text *body);
/* A body that is not JSON; type is static. */
struct answer answer_plain(unsigned status, const char *type, const char *bytes);

/* An ANSWER_PROBLEM with the code's HTTP status. Takes details, an array or NULL. */
struct answer answer_problem_take(enum rpc_code code, json_t *details, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with a message of any length, which must be valid UTF-8. */
struct answer answer_long_problem_take(
	enum rpc_code code, json_t *details, const char *message);

/* Replaces the body and leaves the other members alone. Takes the body; NULL (no memory) makes the
 * answer a 500. */
void answer_set_body_take(struct answer *a, struct text *body);
/* Makes the problem, as JSON the way the gateway of REST writes it, the body. */
void answer_write_problem(struct answer *a);

/* The shape of an error body; which gateway the service uses is unknown (the API reference). */
enum answer_shape {
	/* the door's own */
	ANSWER_NATIVE,
	ANSWER_GOOGLE,
	ANSWER_CONNECT,
	ANSWER_AIP193,
	ANSWER_HTML,
	ANSWER_EMPTY,
	ANSWER_PLAIN,
	ANSWER_SHAPES
};
/* Returns ANSWER_SHAPES for an unknown name. */
enum answer_shape answer_shape_named(const char *name);
struct answer answer_shaped(enum answer_shape shape, unsigned status, enum rpc_code code,
	const char *message, bool quota);

/* Details: each function returns a new array with one google.rpc message. */
json_t *answer_resource_info(const char *name, const char *description);
json_t *answer_precondition(const char *type, const char *subject, const char *description);
json_t *answer_quota(const char *subject, const char *description);
/* Adds {field, description} to an array of violations. */
void answer_violate(json_t *violations, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define RULES_FIELD_MAX 128
/* Takes violations, an array of {field, description}. */
json_t *answer_bad_request_take(json_t *violations);

#endif
