/* SPDX-License-Identifier: MIT */
/* The five calls of the VPC service, whatever protocol carries them. */
#ifndef API_API_H
#define API_API_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "base/err.h"
#include "base/op.h"
#include "base/secret.h"
#include "http/http.h"
#include "model/doc.h"

struct api;

#define API_CODE_MAX 32

/* Why a call failed. Caller's memory; written on failure only, but for http_status. ENOENT is
 * NOT_FOUND in the API's own words and nothing else: any other 404 comes from something that does
 * not know VPCs, and is EBADMSG. */
struct api_problem {
	int errnum; /* docs/semantics.md, section 7; positive */
	/* 0 when there was no answer; where gRPC gives a code, the one that goes with it */
	int http_status;
	char code[API_CODE_MAX]; /* "FAILED_PRECONDITION", "" when the answer named none */
	/* a request may have reached the server: the outcome of a mutation is unknown when there
	 * is no answer */
	bool sent;
	/* Planning anew and asking again may end otherwise: no connection, a broken one, or an
	 * answer that says "not now". */
	bool may_repeat;
	int64_t retry_after_ms; /* as the answer named it, -1 when it did not */
	/* the API's message, then every detail, a line each; UTF-8, no control characters */
	char text[ERR_TEXT_MAX];
};

/* Milliseconds to wait before what failed so is planned anew and sent again; -1: give up. attempts:
 * requests of that kind made so far, 1 or more. Jittered, doubling from 100 ms, at least
 * Retry-After; what would pass the deadline is the caller's to see. For a POST ask only when
 * !problem->sent. */
int64_t api_repeat_wait_ms(const struct api_problem *problem, unsigned attempts);
/* Whether there was no answer, or one that says "not now", after all repetitions; a quota is none
 * of these. */
bool api_problem_is_down(const struct api_problem *problem);
/* A problem of the caller's own making: nothing but errno and a sentence. Returns -errnum. */
int api_problem_say(struct api_problem *problem, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One finished call, for the log and the statistics. */
struct api_event {
	struct timespec at;
	/* as the protocol names the call and what it is about: "PATCH" and
	 * "/v1beta1/networking/vpcs/ID", or "UpdateVPC" and the id ("-": none) */
	const char *method; /* static */
	const char *path;
	const char *mask; /* "" when none */
	bool is_change;	  /* it was to change something */
	int status;	  /* as http_status above */
	unsigned ms;
	unsigned attempts;
	int errnum; /* 0 when it worked */
};

#define API_TAG_MAX 512

/* What an answer calls its own state (ETag), so that the next question can be "has it changed
 * since?". Caller's memory; {""} to begin with. */
struct api_tag {
	/* in: of the answer that the caller still has, or ""; out: of this one, or "" */
	char text[API_TAG_MAX];
	bool unchanged; /* out: what the caller has still holds, so nothing is returned (304) */
};

/* How the service is spoken to. Over CONNECT bodies are JSON, or protobuf's wire format if the
 * first list is refused for its JSON. In that format, and over GRPC, what the published schema
 * lacks is neither seen nor sent. */
enum api_protocol { API_REST, API_CONNECT, API_GRPC };

struct api_options {
	struct http *http; /* borrowed: lives as long as the api */
	enum api_protocol protocol;
	/* "https://api.coreweave.com", with or without a last slash */
	const char *endpoint;
	/* Fills the token; again = the one in *ret was refused with 401, read its source anew.
	 * Returns 0 or -errno with a sentence. Called on the thread of the call; may read a file,
	 * or wait until op->deadline_ms. */
	int (*token)(void *arg, const struct op *op, bool again, struct secret *ret,
		struct err *err);
	void *token_arg;
	/* Called after each call, on its thread; must not block. May be NULL. */
	void (*observe)(void *arg, const struct api_event *event);
	void *observe_arg;
};

enum api_verb { API_LIST, API_GET, API_CREATE, API_UPDATE, API_DELETE };

/* One call, as every protocol is told it. Members are borrowed, and NULL where there is none. */
struct api_call {
	enum api_verb verb;
	/* of GET, UPDATE, DELETE */
	const char *id;
	/* of CREATE and UPDATE: JSON as api_create and api_patch take it */
	const char *body;
	size_t len;
	/* of UPDATE: what updateMask in the body says, for the log */
	const char *mask;
	/* of LIST: token of a page behind the first */
	const char *page;
	/* of LIST and GET: of the answer that the caller has */
	const char *etag;
};

/* Whether it changes something; then it is sent at most once. */
bool api_call_changes(const struct api_call *call);
/* Adds what would be sent: "PATCH /v1beta1/networking/vpcs/ID MASK BODY" or "UpdateVPC ID MASK
 * BODY", the mask "-" where there is none, the body as JSON. Errors: -ENOMEM, -EFBIG. */
int api_print_call(const struct api *api, const struct api_call *call, struct buf *ret);

int api_new(const struct api_options *options, struct api **ret, struct err *err);
void api_free(struct api *api); /* NULL is allowed */

/* Each blocks until the answer or op->deadline_ms. The questions are repeated by the rule of
 * api_repeat_wait_ms (not when op->is_probe); what changes something is sent once, and repeating it
 * is the caller's. A 401 is repeated once with a token read anew, by each of them. Each returns 0,
 * or a negative errno (-problem->errnum) with problem filled: docs/semantics.md, section 7,
 * plus -EINTR when op->cancel fired, -ESHUTDOWN at the end of the program. problem may not be NULL.
 * Documents returned are the caller's reference. */
/* The questions. tag may be NULL: then all of it is wanted. It is written on success only; but for
 * REST there are none. An object without items, as {}, is a list without VPCs. */
int api_list(struct api *api, const struct op *op, struct api_tag *tag,
	struct doc_list *ret, struct api_problem *problem);
int api_get(struct api *api, const struct op *op, const char *id, struct api_tag *tag,
	struct doc **ret, struct api_problem *problem);
/* body: JSON of spec.json's shape. *ret is NULL when the answer had no usable object though it was
 * a success. */
int api_create(struct api *api, const struct op *op, const char *body, size_t len,
	struct doc **ret, struct api_problem *problem);
/* body: JSON with updateMask; mask for the log. *ret as above. */
int api_patch(struct api *api, const struct op *op, const char *id, const char *body,
	size_t len, const char *mask, struct doc **ret, struct api_problem *problem);
/* *ret is NULL when the answer had no object. Deleting what is gone (NOT_FOUND) is a success. */
int api_delete(struct api *api, const struct op *op, const char *id, struct doc **ret,
	struct api_problem *problem);

#endif
