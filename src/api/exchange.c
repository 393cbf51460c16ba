/* SPDX-License-Identifier: MIT */
/* One call of the service as a request and its answer. */
#include "exchange.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "problem.h"

#define EXCHANGE_URL_MAX 32768

static bool is_success(const struct exchange *x, const struct http_answer *answer)
{
	return (answer->status >= 200 && answer->status <= 299) ||
	       (answer->status == 304 && x->call->etag);
}

/* Lets the protocol translate the answer, then says whether it means "not now". The status alone
 * does not tell: an exhausted quota and an exceeded rate are both 429. */
static bool exchange_is_busy(void *arg, struct http_answer *answer)
{
	struct exchange *x = arg;
	struct api_problem problem;

	err_clear(&x->unreadable);
	x->read_error =
		x->protocol->read ? x->protocol->read(x->call, answer, &x->unreadable) : 0;
	if (x->read_error < 0 || is_success(x, answer))
		return false;
	problem_from_answer(&problem, answer);
	return problem.may_repeat;
}

int exchange_refuse(
	struct exchange *x, int r, const struct err *err, struct api_problem *problem)
{
	if (r == -ENOMEM)
		return problem_set(problem, ENOMEM, "out of memory");
	return problem_unusable(problem, &x->answer, err->text);
}

/* Sends the request with this token. Returns 0 with an answer of any status. If the protocol cannot
 * read the answer, a question fails, and a change gets an empty body in its place. */
static int exchange_send(struct api *api, const struct op *op, struct exchange *x,
	const struct secret *token, struct api_problem *problem)
{
	CLEANUP_BUF struct buf url = BUF_INIT(EXCHANGE_URL_MAX);
	struct http_request request = {
		.method = x->message.method,
		.bearer = token,
		.headers = x->message.headers,
		.body = x->message.has_body ? buf_str(&x->message.body) : NULL,
		.body_len = x->message.body.len,
		.repeatable = !api_call_changes(x->call),
		.speaks_http2 = x->message.speaks_http2,
		.is_busy = exchange_is_busy,
		.is_busy_arg = x,
	};
	struct op own = *op;
	struct err err = {""};
	bool sent = false;
	int r = buf_addf(&url, "%s%s", api->endpoint, buf_str(&x->message.path));

	if (r < 0)
		return problem_set(problem, -r, "the URL: %s", strerror(-r));
	if (api_call_changes(x->call)) /* a change is never cut short by a signal */
		own.cancel = NULL;
	request.url = buf_str(&url);
	r = http_call(api->options.http, &request, &own, &x->answer, &sent, &err);
	x->attempts += x->answer.attempts;
	if (op->asked_us)
		*op->asked_us = x->answer.asked_us;
	if (r < 0) {
		problem_clear(problem);
		problem->sent = sent;
		problem->may_repeat = x->answer.may_repeat;
		x->answer.status = 0;
		return problem_set(problem, -r, "%s", err.text);
	}
	if (x->read_error < 0 && !api_call_changes(x->call))
		return exchange_refuse(x, x->read_error, &x->unreadable, problem);
	if (x->read_error < 0) /* a later question shows whether the change was made */
		buf_release(&x->answer.body);
	return 0;
}

/* Fetches the token. Nothing is sent without one. */
static int exchange_token(struct api *api, const struct op *op, bool again,
	struct secret *ret, struct api_problem *problem)
{
	struct err err = {""};
	int r = api->options.token(api->options.token_arg, op, again, ret, &err);

	if (r == 0)
		return 0;
	return problem_set(problem, EACCES, "%s", err.text[0] ? err.text : strerror(-r));
}

/* Sends once more after the token was refused, with the token that its source has now. */
static int exchange_repeat(struct api *api, const struct op *op, struct exchange *x,
	struct secret *token, struct api_problem *problem)
{
	struct api_problem why;

	problem_clear(&why);
	if (exchange_token(api, op, true, token, &why) < 0) {
		problem_from_answer(problem, &x->answer);
		problem_add_line(
			problem, "and the token could not be read again", why.text);
		return -problem->errnum;
	}
	return exchange_send(api, op, x, token, problem);
}

static bool is_token_refused(const struct http_answer *answer)
{
	struct api_problem problem;

	problem_from_answer(&problem, answer);
	return answer->status == 401 || strcmp(problem.code, "UNAUTHENTICATED") == 0;
}

static int exchange_write(struct exchange *x, struct api_problem *problem)
{
	struct err err = {""};
	int r = x->protocol->write(x->call, &x->message, &err);

	if (r < 0)
		problem_set(problem, -r, "the request: %s",
			err.text[0] ? err.text : strerror(-r));
	return r;
}

int exchange_run(struct api *api, const struct op *op, struct exchange *x,
	struct api_problem *problem)
{
	CLEANUP_SECRET struct secret token = {0};
	int r;

	problem_clear(problem);
	x->at = clock_real();
	x->begun_ms = clock_mono_ms();
	x->attempts = 0;
	x->protocol = api->protocol;
	message_init(&x->message);
	http_answer_init(&x->answer, x->answer_max);
	r = exchange_write(x, problem);
	if (r == 0)
		r = exchange_token(api, op, false, &token, problem);
	if (r == 0)
		r = exchange_send(api, op, x, &token, problem);
	if (r == 0 && !is_success(x, &x->answer) && is_token_refused(&x->answer))
		r = exchange_repeat(api, op, x, &token, problem);
	if (r == 0 && !is_success(x, &x->answer)) {
		problem_from_answer(problem, &x->answer);
		r = -problem->errnum;
	}
	if (op->calls)
		*op->calls += x->attempts;
	if (r < 0)
		problem_hide(problem, &token);
	else
		problem->http_status = x->answer.status;
	return r;
}

int exchange_end(struct api *api, struct exchange *x, int r)
{
	CLEANUP_BUF struct buf target = BUF_INIT(PROTOCOL_PATH_MAX);
	struct api_event event = {
		.at = x->at,
		.method = x->protocol->verb(x->call),
		.mask = x->call->mask ? x->call->mask : "",
		.is_change = api_call_changes(x->call),
		.status = x->answer.status,
		.ms = (unsigned)(clock_mono_ms() - x->begun_ms),
		.attempts = x->attempts,
		.errnum = -r,
	};

	(void)x->protocol->print_target(x->call, &target);
	event.path = buf_str(&target);
	if (api->options.observe)
		api->options.observe(api->options.observe_arg, &event);
	message_release(&x->message);
	http_answer_release(&x->answer);
	return r;
}
