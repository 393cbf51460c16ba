/* SPDX-License-Identifier: MIT */
/* What an answer that is not a success means. Any gateway may have sent it, so all forms of a body
 * are understood:
 *   google.rpc.Status   {"code": 5, "message", "details": [{"@type", ...}]}
 *   Connect             {"code": "not_found", "message", "details": [{"type", "value", "debug"}]}
 *   AIP-193             {"error": {"code": 404, "status": "NOT_FOUND", "message", "details"}}
 *   and pages, lines of text, or an empty body from a proxy or gateway. */
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

/* The parts that all JSON forms of a body share. */
struct status {
	const struct code *code; /* NULL if the body has none */
	/* the HTTP status in AIP-193's "code", else the answer's */
	int http;
	const struct val *message; /* borrowed; NULL if there is none */
	struct val *details;	   /* borrowed */
};

void problem_clear(struct api_problem *problem)
{
	*problem = (struct api_problem){.retry_after_ms = -1};
}

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

int api_problem_say(struct api_problem *problem, int errnum, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problem_clear(problem);
	return problem_set(problem, errnum, "%s", text);
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

static const struct val *first_text(const struct val *object)
{
	static const char *const keys[] = {
		"message", "error", "detail", "error_description", "title"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct val *text = val_member(object, keys[i]);

		if (val_text_len(text))
			return text;
	}
	return NULL;
}

/* The code of google.rpc.Status and Connect: the number or the name of a google.rpc.Code. */
static const struct code *code_of_status(const struct val *body)
{
	const struct val *code = val_member(body, "code");
	int64_t number;

	return val_integer(code, &number) ? code_by_number(number)
					  : code_by_name(val_text(code));
}

/* Reads AIP-193's code. Its name is in "status". Its "code" is an HTTP status, and only 404 stands
 * for exactly one code. */
static void status_read_aip193(struct status *status, const struct val *error)
{
	int64_t number;

	status->code = code_by_name(val_text(val_member(error, "status")));
	if (status->code || !val_integer(val_member(error, "code"), &number) ||
		number < 400 || number > 599)
		return;
	status->http = (int)number;
	if (number == 404)
		status->code = code_by_name("NOT_FOUND");
}

static struct status status_read(struct val *body, int http)
{
	struct val *error = val_member(body, "error");
	bool is_aip193 = val_is_object(error);
	struct val *object = is_aip193 ? error : body;
	struct status status = {.http = http,
		.message = first_text(object),
		.details = val_member(object, "details")};

	if (is_aip193)
		status_read_aip193(&status, error);
	else
		status.code = code_of_status(body);
	return status;
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
		return "the proxy requires authentication";
	case 429:
		return "too many requests";
	default:
		return status >= 500 ? "the server failed" : "the server refused";
	}
}

/* Describes a body that is not JSON. */
static void describe_foreign(struct buf *text, const struct http_answer *answer)
{
	const char *body = buf_str(&answer->body);
	char line[PROBLEM_SNIPPET] = "";

	if (markup_is_it(body, answer->body.len)) {
		markup_text(body, answer->body.len, line, sizeof(line));
		(void)buf_addf(text, "a proxy or gateway answered HTTP %d%s%s",
			answer->status, line[0] ? ": " : "", line);
		return;
	}
	(void)buf_addf(text, "HTTP %d: ", answer->status);
	if (!answer->body.len)
		(void)buf_addf(text, "%s; the answer gives no reason",
			status_meaning(answer->status));
	detail_add_text(text, body,
		answer->body.len < PROBLEM_SNIPPET ? answer->body.len : PROBLEM_SNIPPET);
}

static void describe_redirect(struct buf *text, const struct http_answer *answer)
{
	const char *location = http_answer_header(answer, "Location");

	if (answer->status == 304) {
		(void)buf_adds(text, "HTTP 304: the server says that nothing has changed, "
				     "but the request did not ask that");
		return;
	}
	(void)buf_addf(text,
		"HTTP %d: the server points to %s; redirects are not followed, "
		"correct the endpoint",
		answer->status, location[0] ? location : "another place");
}

/* Adds message and details. Returns whether a quota is exhausted. */
static bool describe_status(
	struct buf *text, const struct status *status, const struct http_answer *answer)
{
	size_t len;
	bool quota;

	if (status->message)
		detail_add_text(
			text, val_text(status->message), val_text_len(status->message));
	len = text->len;
	quota = detail_add_lines(status->details, text);
	if (text->len == 0 && len == 0)
		(void)buf_addf(text, "HTTP %d: %s; the answer gives no reason",
			answer->status, status_meaning(answer->status));
	return quota;
}

static bool is_exhausted(const struct status *status)
{
	return status->code ? status->code->number == 8 : status->http == 429;
}

/* Whether this is a 404 (or 410) without a code: it comes from a server that does not know VPCs. */
static bool is_foreign_404(const struct status *status)
{
	return !status->code && (status->http == 404 || status->http == 410);
}

/* Chooses errno and code, and whether to repeat. Waiting helps against an exceeded rate, not
 * against an exhausted quota. */
static void problem_judge(
	struct api_problem *problem, const struct status *status, bool quota)
{
	const struct code *code = status->code;

	problem->errnum = code ? code->errnum : code_errnum_of_http(status->http);
	problem->may_repeat = code ? code->is_busy : http_is_busy(status->http);
	if (code)
		snprintf(problem->code, sizeof(problem->code), "%s", code->name);
	if (quota && is_exhausted(status)) {
		problem->errnum = EDQUOT;
		problem->may_repeat = false;
	}
}

void problem_from_answer(struct api_problem *problem, const struct http_answer *answer)
{
	CLEANUP_BUF struct buf text = BUF_INIT(ERR_TEXT_MAX - 1);
	CLEANUP_VAL struct val *body = NULL;
	struct status status = {.http = answer->status};
	const char *authenticate = http_answer_header(answer, "WWW-Authenticate");
	bool quota = false;

	*problem = (struct api_problem){.http_status = answer->status,
		.sent = true,
		.retry_after_ms = answer->retry_after_ms};
	if (answer->body.len &&
		val_parse(answer->body.data, answer->body.len, 0, &body, NULL) < 0)
		body = NULL;
	if (val_is_object(body))
		status = status_read(body, answer->status);
	if (is_foreign_404(&status))
		(void)buf_adds(
			&text, "the answer is not the API's, so check the endpoint: ");
	if (answer->status >= 300 && answer->status < 400) {
		status = (struct status){.http = answer->status};
		describe_redirect(&text, answer);
	} else if (val_is_object(body)) {
		quota = describe_status(&text, &status, answer);
	} else {
		describe_foreign(&text, answer);
	}
	problem_judge(problem, &status, quota);
	utf8_clean(problem->text, sizeof(problem->text), buf_str(&text), text.len);
	if (answer->status == 401 && authenticate[0])
		problem_add_line(problem, "WWW-Authenticate", authenticate);
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
	if (markup_is_it(body, answer->body.len)) {
		markup_text(body, answer->body.len, line, sizeof(line));
		problem_add_line(problem, "a proxy or gateway answered", line);
	}
	return -EBADMSG;
}

bool api_problem_is_down(const struct api_problem *problem)
{
	if (problem->http_status)
		return problem->may_repeat;
	return problem->errnum == ETIMEDOUT || problem->errnum == EHOSTUNREACH ||
	       problem->errnum == ECONNREFUSED || problem->errnum == EREMOTEIO ||
	       problem->errnum == EPROTO;
}

int64_t api_repeat_wait_ms(const struct api_problem *problem, unsigned attempts)
{
	int errnum = problem->http_status ? 0 : problem->errnum;

	if (!problem->may_repeat)
		return -1;
	return http_repeat_wait_ms(errnum, problem->retry_after_ms, attempts);
}
