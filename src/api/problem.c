/* SPDX-License-Identifier: MIT */
/* What an answer that is no success means. Which gateway answers is not known, so all bodies are understood:
 *   google.rpc.Status   {"code": 5, "message", "details": [{"@type", ...}]}
 *   Connect             {"code": "not_found", "message", "details": [{"type", "value", "debug"}]}
 *   AIP-193             {"error": {"code": 404, "status": "NOT_FOUND", "message", "details"}}
 *   and pages, lines of text, or nothing at all from what stands in between. */
#include "problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/utf8.h"
#include "code.h"
#include "detail.h"
#include "markup.h"
#include "model/val.h"

#define PROBLEM_SNIPPET 300 /* bytes shown of a body that is not JSON */

/* The parts of a body that all JSON shapes share. */
struct status {
	const struct code *code; /* NULL when the body names none */
	const char *message;	 /* borrowed; NULL when there is none */
	struct val *details;	 /* borrowed */
};

int problem_set(struct api_problem *problem, int errnum, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problem->errnum = errnum;
	utf8_clean(problem->text, sizeof(problem->text), text, strlen(text));
	return -errnum;
}

void problem_add_line(struct api_problem *problem, const char *label, const char *text)
{
	size_t len = strlen(problem->text);
	char line[ERR_TEXT_MAX];

	if (len + 1 >= sizeof(problem->text))
		return;
	snprintf(line, sizeof(line), "%s%s: %s", len ? "\n" : "", label, text);
	utf8_clean(problem->text + len, sizeof(problem->text) - len, line, strlen(line));
}

void problem_hide(struct api_problem *problem, const struct secret *secret)
{
	char *at = problem->text;

	if (!secret->len)
		return;
	while ((at = memmem(at, strlen(at), secret->bytes, secret->len)))
		memset(at, '*', secret->len);
}

static const char *first_text(const struct val *object)
{
	static const char *const keys[] = {
		"message", "error", "detail", "error_description", "title"};
	const char *text = NULL;

	for (size_t i = 0; i < ARRAY_LEN(keys) && (!text || !*text); i++)
		text = val_text(val_member(object, keys[i]));
	return text && *text ? text : NULL;
}

static const struct code *status_code(const struct val *object)
{
	const struct val *code = val_member(object, "code");
	const struct code *named = code_by_name(val_text(val_member(object, "status")));
	int64_t number;

	if (!named && val_integer(code, &number))
		named = code_by_number(number);
	return named ? named : code_by_name(val_text(code));
}

static struct status status_read(struct val *body)
{
	struct val *inner = val_member(body, "error");
	struct val *object = val_is_object(inner) ? inner : body;

	return (struct status){
		.code = status_code(object),
		.message = first_text(object),
		.details = val_member(object, "details"),
	};
}

static const char *status_meaning(int status)
{
	switch (status) {
	case 401:
		return "the token is not accepted";
	case 403:
		return "the token does not allow this";
	case 404:
		return "not found";
	case 407:
		return "the proxy wants to know who asks";
	case 429:
		return "too many requests";
	default:
		return status >= 500 ? "the server failed" : "the server refused";
	}
}

/* Text of a body that is not JSON. */
static void describe_foreign(struct buf *text, const struct http_answer *answer)
{
	const char *body = buf_str(&answer->body);
	char line[PROBLEM_SNIPPET] = "";

	if (markup_is_it(answer->content_type, body, answer->body.len)) {
		markup_text(body, answer->body.len, line, sizeof(line));
		(void)buf_addf(text, "a proxy or gateway answered HTTP %d%s%s",
			answer->status, line[0] ? ": " : "", line);
		return;
	}
	(void)buf_addf(text, "HTTP %d: ", answer->status);
	if (!answer->body.len)
		(void)buf_addf(text, "%s; the answer says no more",
			status_meaning(answer->status));
	detail_add_text(text, body,
		answer->body.len < PROBLEM_SNIPPET ? answer->body.len : PROBLEM_SNIPPET);
}

static void describe_redirect(struct buf *text, const struct http_answer *answer)
{
	if (answer->status == 304) {
		(void)buf_adds(text, "HTTP 304: the server says that nothing has changed, "
				     "which it was not asked");
		return;
	}
	(void)buf_addf(text,
		"HTTP %d: the server points to %s; redirects are not followed, "
		"correct the endpoint",
		answer->status, answer->location[0] ? answer->location : "another place");
}

/* Message and details. Returns whether a quota is at its end. */
static bool describe_status(
	struct buf *text, const struct status *status, const struct http_answer *answer)
{
	size_t len;
	bool quota;

	if (status->message)
		detail_add_text(text, status->message, strlen(status->message));
	len = text->len;
	quota = detail_add_lines(status->details, text);
	if (text->len == 0 && len == 0)
		(void)buf_addf(text, "HTTP %d: %s; the answer says no more", answer->status,
			status_meaning(answer->status));
	return quota;
}

static int status_errnum(const struct status *status, int http_status, bool quota)
{
	int errnum = status->code ? status->code->errnum : code_errnum_of_http(http_status);
	bool exhausted = status->code ? status->code->number == 8 : http_status == 429;

	return exhausted && quota ? EDQUOT : errnum;
}

void problem_from_answer(struct api_problem *problem, const struct http_answer *answer)
{
	CLEANUP_BUF struct buf text = BUF_INIT(ERR_TEXT_MAX - 1);
	CLEANUP_VAL struct val *body = NULL;
	struct status status = {NULL};
	bool quota = false;

	*problem = (struct api_problem){.http_status = answer->status, .sent = true};
	if (answer->body.len &&
		val_parse(answer->body.data, answer->body.len, 0, &body, NULL) < 0)
		body = NULL;
	if (answer->status >= 300 && answer->status < 400) {
		describe_redirect(&text, answer);
	} else if (val_is_object(body)) {
		status = status_read(body);
		quota = describe_status(&text, &status, answer);
	} else {
		describe_foreign(&text, answer);
	}
	problem->errnum = status_errnum(&status, answer->status, quota);
	if (status.code)
		snprintf(problem->code, sizeof(problem->code), "%s", status.code->name);
	utf8_clean(problem->text, sizeof(problem->text), buf_str(&text), text.len);
	if (answer->status == 401 && answer->authenticate[0])
		problem_add_line(problem, "WWW-Authenticate", answer->authenticate);
}

int problem_unusable(
	struct api_problem *problem, const struct http_answer *answer, const char *why)
{
	const char *body = buf_str(&answer->body);
	char line[PROBLEM_SNIPPET] = "";

	problem->http_status = answer->status;
	problem->sent = true;
	problem_set(problem, EBADMSG, "HTTP %d, but the answer cannot be used: %s",
		answer->status, why);
	if (markup_is_it(answer->content_type, body, answer->body.len)) {
		markup_text(body, answer->body.len, line, sizeof(line));
		problem_add_line(problem, "a proxy or gateway answered", line);
	}
	return -EBADMSG;
}

bool api_problem_is_down(const struct api_problem *problem)
{
	if (problem->http_status)
		return http_is_busy(problem->http_status) && problem->errnum != EDQUOT;
	return problem->errnum == ETIMEDOUT || problem->errnum == EHOSTUNREACH ||
	       problem->errnum == ECONNREFUSED || problem->errnum == EREMOTEIO ||
	       problem->errnum == EPROTO;
}
