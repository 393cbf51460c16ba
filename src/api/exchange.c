/* SPDX-License-Identifier: MIT */
/* One call of the service as request and answer. */
#include "exchange.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "problem.h"

#define EXCHANGE_URL_MAX 16384

/* A body can say more than the status: a quota and a rate are both 429. */
static bool is_busy(const struct http_answer *answer)
{
	struct api_problem problem;

	problem_from_answer(&problem, answer);
	return problem.may_repeat;
}

/* Sends with that token. Returns 0 with any answer. */
static int exchange_send(struct api *api, const struct op *op, struct exchange *x,
	const struct secret *token, struct api_problem *problem)
{
	CLEANUP_BUF struct buf url = BUF_INIT(EXCHANGE_URL_MAX);
	struct http_request request = {
		.method = x->method,
		.bearer = token,
		.body = x->body,
		.body_len = x->body_len,
		.if_none_match = x->if_none_match,
		.repeatable = x->repeatable,
		.is_busy = is_busy,
	};
	struct err err = {""};
	bool sent = false;
	int r = buf_addf(&url, "%s%s%s", api->endpoint, x->path, x->query);

	if (r < 0)
		return problem_set(problem, -r, "the URL: %s", strerror(-r));
	request.url = buf_str(&url);
	r = http_call(api->http, &request, op, &x->answer, &sent, &err);
	x->attempts += x->answer.attempts;
	if (r < 0) {
		problem_clear(problem);
		problem->sent = sent;
		problem->may_repeat = x->answer.may_repeat;
		x->answer.status = 0;
		return problem_set(problem, -r, "%s", err.text);
	}
	return 0;
}

/* Nothing is sent without a token. */
static int exchange_token(struct api *api, const struct op *op, bool again,
	struct secret *ret, struct api_problem *problem)
{
	struct err err = {""};
	int r = api->token(api->token_arg, op, again, ret, &err);

	if (r == 0)
		return 0;
	return problem_set(problem, EACCES, "%s", err.text[0] ? err.text : strerror(-r));
}

/* The token was refused: once more with what its source has now. */
static int exchange_repeat(struct api *api, const struct op *op, struct exchange *x,
	struct secret *token, struct api_problem *problem)
{
	struct api_problem why;

	problem_clear(&why);
	if (exchange_token(api, op, true, token, &why) < 0) {
		problem_from_answer(problem, &x->answer);
		problem_add_line(problem, "and the token could not be read anew", why.text);
		return -problem->errnum;
	}
	return exchange_send(api, op, x, token, problem);
}

static bool is_success(const struct exchange *x)
{
	int status = x->answer.status;

	return (status >= 200 && status <= 299) || (status == 304 && x->if_none_match);
}

static bool is_token_refused(const struct http_answer *answer)
{
	struct api_problem problem;

	problem_from_answer(&problem, answer);
	return answer->status == 401 || strcmp(problem.code, "UNAUTHENTICATED") == 0;
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
	http_answer_init(&x->answer, x->answer_max);
	r = exchange_token(api, op, false, &token, problem);
	if (r == 0)
		r = exchange_send(api, op, x, &token, problem);
	if (r == 0 && !is_success(x) && is_token_refused(&x->answer))
		r = exchange_repeat(api, op, x, &token, problem);
	if (r == 0 && !is_success(x)) {
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
	struct api_event event = {
		.at = x->at,
		.method = x->method,
		.path = x->path,
		.mask = x->mask,
		.status = x->answer.status,
		.ms = (unsigned)(clock_mono_ms() - x->begun_ms),
		.attempts = x->attempts,
		.errnum = -r,
	};

	if (api->observe)
		api->observe(api->observe_arg, &event);
	http_answer_release(&x->answer);
	return r;
}
