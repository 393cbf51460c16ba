/* SPDX-License-Identifier: MIT */
/* One answer of the service before it is sent. */
#include "answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/utf8.h"

#define TYPE_PREFIX	"type.googleapis.com/google.rpc."
#define DESCRIPTION_MAX 512
#define VIOLATIONS_MAX	10000

void answer_release(struct answer *a)
{
	text_unref(a->body);
	json_decref(a->problem);
	json_decref(a->trailers);
	a->body = NULL;
	a->problem = a->trailers = NULL;
}

struct answer answer_text_take(struct text *body)
{
	if (!body)
		return answer_plain(500, "text/plain", "out of memory\n");
	return (struct answer){.status = 200, .body = body};
}

struct answer answer_message_take(struct text *body)
{
	struct answer a = answer_text_take(body);

	if (body)
		a.kind = ANSWER_MESSAGE;
	return a;
}

struct answer answer_plain(unsigned status, const char *type, const char *bytes)
{
	return (struct answer){
		.status = status,
		.type = type,
		.body = text_new(bytes, strlen(bytes)),
	};
}

void answer_set_body_take(struct answer *a, struct text *body)
{
	if (body) {
		text_unref(a->body);
		a->body = body;
	} else {
		answer_release(a);
		*a = answer_text_take(NULL);
	}
}

void answer_write_problem(struct answer *a)
{
	answer_set_body_take(a, text_from_json(a->problem));
}

struct answer answer_problem_take(enum rpc_code code, json_t *details, const char *fmt, ...)
{
	char raw[ANSWER_MESSAGE_MAX], message[ANSWER_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_clean(message, sizeof(message), raw, strlen(raw));
	return answer_long_problem_take(code, details, message);
}

struct answer answer_long_problem_take(
	enum rpc_code code, json_t *details, const char *message)
{
	json_t *problem = json_pack("{s:i, s:s, s:o}", "code", (int)code, "message",
		message, "details", details ? details : json_array());

	if (!problem)
		return answer_text_take(NULL);
	return (struct answer){.kind = ANSWER_PROBLEM,
		.status = rpc_http_status(code),
		.problem = problem};
}

json_t *answer_resource_info(const char *name, const char *description)
{
	return json_pack("[{s:s, s:s, s:s, s:s, s:s}]", "@type", TYPE_PREFIX "ResourceInfo",
		"resourceType", "VPC", "resourceName", name, "owner", "", "description",
		description);
}

json_t *answer_precondition(const char *type, const char *subject, const char *description)
{
	return json_pack("[{s:s, s:[{s:s, s:s, s:s}]}]", "@type",
		TYPE_PREFIX "PreconditionFailure", "violations", "type", type, "subject",
		subject, "description", description);
}

json_t *answer_quota(const char *subject, const char *description)
{
	return json_pack("[{s:s, s:[{s:s, s:s}]}]", "@type", TYPE_PREFIX "QuotaFailure",
		"violations", "subject", subject, "description", description);
}

json_t *answer_bad_request_take(json_t *violations)
{
	return json_pack("[{s:s, s:o}]", "@type", TYPE_PREFIX "BadRequest",
		"fieldViolations", violations);
}

void answer_violate(json_t *violations, const char *field, const char *fmt, ...)
{
	char raw[DESCRIPTION_MAX], text[DESCRIPTION_MAX];
	va_list ap;

	if (json_array_size(violations) >= VIOLATIONS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_clean(text, sizeof(text), raw, strlen(raw));
	json_array_append_new(
		violations, json_pack("{s:s, s:s, s:s, s:n}", "field", field, "description",
				    text, "reason", "", "localizedMessage"));
}
