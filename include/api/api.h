/* SPDX-License-Identifier: MIT */
/* The five calls of the VPC service. Paths, envelopes and body shapes are one table in
 * src/api/calls.c. */
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

#define API_CODE_MAX  32
#define API_VPCS_PATH "/v1beta1/networking/vpcs"

/* Why a call failed. Caller's memory; written on failure only, but for http_status. ENOENT is
 * NOT_FOUND in the API's own words and nothing else: any other 404 comes from something that does
 * not know VPCs, and is EBADMSG. */
struct api_problem {
	int errnum;		 /* docs/semantics.md, section 7; positive */
	int http_status;	 /* 0 when there was no answer */
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

/* One finished call, for the log and the statistics. */
struct api_event {
	struct timespec at;
	const char *method;
	const char *path; /* "/v1beta1/networking/vpcs/ID" */
	const char *mask; /* "" when none */
	int status;	  /* HTTP, 0 when no answer */
	unsigned ms;
	unsigned attempts;
	int errnum; /* 0 when it worked */
};

#define API_TAG_MAX HTTP_HEADER_MAX

/* What an answer calls its own state (ETag), so that the next question can be "has it changed
 * since?". Caller's memory; {""} to begin with. */
struct api_tag {
	/* in: of the answer that the caller still has, or ""; out: of this one, or "" */
	char text[API_TAG_MAX];
	bool unchanged; /* out: what the caller has still holds, so nothing is returned (304) */
};

struct api_options {
	struct http *http; /* borrowed: lives as long as the api */
	const char
		*endpoint; /* "https://api.coreweave.com", with or without a last slash */
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

int api_new(const struct api_options *options, struct api **ret, struct err *err);
void api_free(struct api *api); /* NULL is allowed */

/* Each blocks until the answer or op->deadline_ms. The questions are repeated by the rule of
 * api_repeat_wait_ms (not when op->is_probe); what changes something is sent once, and repeating it
 * is the caller's. A 401 is repeated once with a token read anew, by each of them. Each returns 0,
 * or a negative errno (-problem->errnum) with problem filled: docs/semantics.md, section 7,
 * plus -EINTR when op->cancel fired, -ESHUTDOWN at the end of the program. problem may not be NULL.
 * Documents returned are the caller's reference. */
/* The questions. tag may be NULL: then all of it is wanted. It is written on success only. An
 * object without items, as {}, is a list without VPCs. */
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
