/* SPDX-License-Identifier: MIT */
/* One answer of the service before it goes out, and the shapes an error may have. */
#ifndef EMULATOR_ANSWER_H
#define EMULATOR_ANSWER_H

#include <stdbool.h>
#include <jansson.h>
#include "rpc.h"
#include "text.h"

#define ANSWER_MESSAGE_MAX 4096

struct answer {
	unsigned status;       /* HTTP; 0 is: nothing can be answered */
	struct text *body;     /* owned; NULL is empty */
	const char *type;      /* Content-Type, static; NULL is JSON */
	const char *allow;     /* static; the Allow header of a 405, or NULL */
	const char *challenge; /* static; the WWW-Authenticate header of a 401, or NULL */
	const char *location;  /* borrowed from the fault that redirects, or NULL */
	unsigned retry_after;  /* seconds, when has_retry_after */
	bool has_retry_after;
	bool takes_gzip;	/* says so to the client, as the gateway does */
	bool tagged;		/* with an ETag; If-None-Match counts */
	bool is_gzip;		/* the body is */
	char tag[TEXT_TAG_MAX]; /* the ETag of this form of it, or "" */
};

void answer_release(struct answer *a);
#define CLEANUP_ANSWER CLEANUP(answer_release)

/* 200 with this body; takes the reference, and NULL (no memory) becomes a 500. */
struct answer answer_text_take(struct text *body);
/* Takes json; NULL (no memory) becomes a 500. */
struct answer answer_json_take(unsigned status, json_t *json);
/* A body that is not JSON; type is static. */
struct answer answer_plain(unsigned status, const char *type, const char *bytes);

/* google.rpc.Status as grpc-gateway writes it. Takes details, an array or NULL. */
struct answer answer_problem_take(enum rpc_code code, json_t *details, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with a message of any length, which is valid UTF-8. */
struct answer answer_long_problem_take(
	enum rpc_code code, json_t *details, const char *message);

/* How an error body looks; which gateway the service uses is unknown (api.md 3.2). */
enum answer_shape {
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
