/* SPDX-License-Identifier: MIT */
/* One answer before it goes out: what the service says, in no protocol's words until a door has
 * written it (door.h), or what HTTP alone says. */
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
	/* body is sent where the door would send an encoded message; NULL: there is none */
	ANSWER_BYTES,
	/* problem says what went wrong */
	ANSWER_PROBLEM,
};

struct answer {
	enum answer_kind kind;
	/* HTTP; 0 is: nothing can be answered */
	unsigned status;
	/* owned; NULL is empty */
	struct text *body;
	/* owned; google.rpc.Status as JSON, of ANSWER_PROBLEM */
	json_t *problem;
	/* owned; sent behind the body: an object of names and values, or NULL */
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
	/* a frame of gRPC or several, never compressed as a whole */
	bool is_framed;
	/* says so to the client, as the gateway does */
	bool takes_gzip;
	/* with an ETag; If-None-Match counts */
	bool tagged;
	/* the body is */
	bool is_gzip;
	/* the ETag of this form of it, or "" */
	char tag[TEXT_TAG_MAX];
};

void answer_release(struct answer *a);
#define CLEANUP_ANSWER CLEANUP(answer_release)

/* 200 with this body; takes the reference, and NULL (no memory) becomes a 500. */
struct answer answer_text_take(struct text *body);
/* The same as ANSWER_MESSAGE. */
struct answer answer_message_take(struct text *body);
/* A body that is not JSON; type is static. */
struct answer answer_plain(unsigned status, const char *type, const char *bytes);

/* An ANSWER_PROBLEM with the code's HTTP status. Takes details, an array or NULL. */
struct answer answer_problem_take(enum rpc_code code, json_t *details, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with a message of any length, which is valid UTF-8. */
struct answer answer_long_problem_take(
	enum rpc_code code, json_t *details, const char *message);

/* Replaces the body; takes it, and NULL (no memory) makes the answer a 500. Other members stay. */
void answer_set_body_take(struct answer *a, struct text *body);
/* The body is the problem as JSON, as the gateway of REST writes it. */
void answer_write_problem(struct answer *a);

/* How an error body looks; which gateway the service uses is unknown (api.md 3.2). */
enum answer_shape {
	/* that of the door */
	ANSWER_NATIVE,
	ANSWER_GOOGLE,
	ANSWER_CONNECT,
	ANSWER_AIP193,
	ANSWER_HTML,
	ANSWER_EMPTY,
	ANSWER_PLAIN,
	ANSWER_SHAPES
};
/* ANSWER_SHAPES when there is none of that name. */
enum answer_shape answer_shape_named(const char *name);
struct answer answer_shaped(enum answer_shape shape, unsigned status, enum rpc_code code,
	const char *message, bool quota);

/* Details: each a new array with one google.rpc message in it. */
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
