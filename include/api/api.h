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

/* Why a call failed. Caller's memory. On success only http_status is written. ENOENT always means
 * NOT_FOUND in the API's own words; any other 404 comes from a server that does not know VPCs, and
 * is EBADMSG. */
struct api_problem {
	int errnum; /* positive; chosen by the table in src/api/code.c */
	/* 0 if there was no answer. For a code of gRPC, the status that goes with it. */
	int http_status;
	char code[API_CODE_MAX]; /* "FAILED_PRECONDITION"; "" if the answer has no code */
	/* A request may have reached the server. If there is no answer as well, nobody knows
	 * whether a change was made. */
	bool sent;
	/* Planning anew and sending again may succeed: the connection failed or broke, or the
	 * answer says "not now". */
	bool may_repeat;
	int64_t retry_after_ms; /* as the answer says, -1 if it does not */
	/* the API's message, then every detail, one a line; UTF-8 without control characters */
	char text[ERR_TEXT_MAX];
};

/* How long to wait, in milliseconds, before planning anew and sending again; -1 means give up.
 * attempts is the number of requests of that kind made so far, 1 or more. The wait doubles from 100
 * ms, is jittered, and is at least Retry-After. The caller must check whether it would pass the
 * deadline. For a POST call this only if !problem->sent. */
int64_t api_repeat_wait_ms(const struct api_problem *problem, unsigned attempts);
/* Whether there was no answer, or one that says "not now", after all repetitions. An exhausted
 * quota is neither. */
bool api_problem_is_down(const struct api_problem *problem);
/* Fills a problem that the caller has found itself: only errno and a sentence. Returns -errnum. */
int api_problem_say(struct api_problem *problem, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One finished call, for the log and the statistics. */
struct api_event {
	struct timespec at;
	/* how the protocol names the call and its object: "PATCH" and
	 * "/v1beta1/networking/vpcs/ID", or "UpdateVPC" and the id ("-" if there is none) */
	const char *method; /* static */
	const char *path;
	const char *mask; /* "" if there is none */
	bool is_change;	  /* whether the call was to change something */
	int status;	  /* as in struct api_problem */
	unsigned ms;
	unsigned attempts;
	int errnum; /* 0 if the call succeeded */
};

#define API_TAG_MAX 512

/* The ETag of an answer, with which the next question can ask for changes only. Caller's memory;
 * {""} at first. */
struct api_tag {
	/* in: the ETag of the answer that the caller still has, or ""; out: that of this answer, or
	 * "" */
	char text[API_TAG_MAX];
	/* out: the caller's answer is still valid (304), so nothing is returned */
	bool unchanged;
};

/* The protocol of the service. Over CONNECT bodies are JSON; if the server refuses JSON for the
 * first list, they are in protobuf's wire format. In that format, and over GRPC, fields that the
 * published schema lacks are neither seen nor sent. */
enum api_protocol { API_REST, API_CONNECT, API_GRPC };

struct api_options {
	struct http *http; /* borrowed: lives as long as the api */
	enum api_protocol protocol;
	/* "https://api.coreweave.com"; a slash at the end is allowed */
	const char *endpoint;
	/* Fills the token. again is true if the token in *ret was refused with 401; its source must
	 * then be read again. Returns 0, or -errno with a sentence. Runs on the thread of the call;
	 * may read a file, or wait until op->deadline_ms. */
	int (*token)(void *arg, const struct op *op, bool again, struct secret *ret,
		struct err *err);
	void *token_arg;
	/* Runs after each call, on its thread; must not block. May be NULL. */
	void (*observe)(void *arg, const struct api_event *event);
	void *observe_arg;
};

enum api_verb { API_LIST, API_GET, API_CREATE, API_UPDATE, API_DELETE };

/* One call, in the form that each protocol translates. Members are borrowed, and NULL if the call
 * has none. */
struct api_call {
	enum api_verb verb;
	/* for GET, UPDATE, DELETE */
	const char *id;
	/* for CREATE and UPDATE: JSON as for api_create and api_patch */
	const char *body;
	size_t len;
	/* for UPDATE: the updateMask in the body, for the log */
	const char *mask;
	/* for LIST: the token of a page after the first */
	const char *page;
	/* for LIST and GET: the ETag of the answer that the caller has */
	const char *etag;
};

/* Whether the call changes something. Such a call is sent at most once. */
bool api_call_changes(const struct api_call *call);
/* Adds what would be sent: "PATCH /v1beta1/networking/vpcs/ID MASK BODY" or "UpdateVPC ID MASK
 * BODY". MASK is "-" if there is none, BODY is JSON. Errors: -ENOMEM, -EFBIG. */
int api_print_call(const struct api *api, const struct api_call *call, struct buf *ret);

int api_new(const struct api_options *options, struct api **ret, struct err *err);
void api_free(struct api *api); /* NULL is allowed */

/* Each of these functions blocks until the answer or op->deadline_ms. api_list and api_get repeat
 * their question by the rule of api_repeat_wait_ms (not if op->is_probe). The others send their
 * change once; the caller decides whether to repeat it. All of them repeat a request once after
 * 401, with the token read again. Each returns 0, or a negative errno (-problem->errnum) with
 * problem filled: an errno of the table in src/api/code.c, -EINTR if op->cancel fired, -ESHUTDOWN
 * when the program ends. problem must not be NULL. The caller owns a reference to each document
 * returned. */
/* The questions. Without a tag (NULL) the whole answer is always returned. tag is written on
 * success only. Only REST uses ETags. An object without items, such as {}, is a list without
 * VPCs. */
int api_list(struct api *api, const struct op *op, struct api_tag *tag,
	struct doc_list *ret, struct api_problem *problem);
int api_get(struct api *api, const struct op *op, const char *id, struct api_tag *tag,
	struct doc **ret, struct api_problem *problem);
/* body is JSON with the keys of spec.json. *ret is NULL if the call succeeded but the answer holds
 * no usable object. */
int api_create(struct api *api, const struct op *op, const char *body, size_t len,
	struct doc **ret, struct api_problem *problem);
/* body is JSON with updateMask; mask is that mask, for the log. *ret as for api_create. */
int api_patch(struct api *api, const struct op *op, const char *id, const char *body,
	size_t len, const char *mask, struct doc **ret, struct api_problem *problem);
/* *ret is NULL if the answer holds no usable object. Deleting a VPC that no longer exists
 * (NOT_FOUND) succeeds. */
int api_delete(struct api *api, const struct op *op, const char *id, struct doc **ret,
	struct api_problem *problem);

#endif
