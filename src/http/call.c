/* SPDX-License-Identifier: MIT */
/* One call: one attempt, or as many as retry.h allows. pool.h runs each attempt. */
#include "http/http.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "base/probe.h"
#include "curl_error.h"
#include "transfer.h"
#include "pool.h"

/* A call under way. */
struct call {
	const struct http_request *request; /* borrowed */
	const struct op *op;		    /* borrowed */
	struct waiter waiter;
	uint64_t begun_ms;
	unsigned attempts;
	uint64_t asked_us; /* when the last attempt began */
	bool sent;	   /* by any attempt */
};

/* The sentence for a caller that leaves without an answer. */
static int call_left(const struct call *call, int r, struct err *err)
{
	char peer[CURL_ERROR_PEER_MAX];
	double seconds = (double)(clock_mono_ms() - call->begun_ms) / 1000;

	curl_error_name_peer(call->request->url, peer);
	if (r == -EINTR)
		return err_set(err, EINTR, "%s: interrupted", peer);
	if (r == -ESHUTDOWN)
		return err_set(
			err, ESHUTDOWN, "%s: given up because the mount is ending", peer);
	return err_set(err, ETIMEDOUT,
		call->sent ? "%s: no answer within %.1f s"
			   : "%s: no connection within %.1f s",
		peer, seconds);
}

/* The sentence for a transfer that ended without a complete answer. */
static int call_failed(
	const struct call *call, const struct transfer *transfer, struct err *err)
{
	struct curl_error error = {
		.curl_code = (int)transfer->result,
		.os_errno = transfer->os_errno,
		.status = transfer->answer.status,
		.too_large = transfer->too_large,
		.details = transfer->details,
	};
	char peer[CURL_ERROR_PEER_MAX], text[CURL_ERROR_SIZE + 128];

	curl_error_name_peer(call->request->url, peer);
	curl_error_describe(&error, text, sizeof(text));
	if (call->attempts > 1)
		return err_set(err, curl_error_errnum(&error), "%s: %s, %u attempts", peer,
			text, call->attempts);
	return err_set(err, curl_error_errnum(&error), "%s: %s", peer, text);
}

/* Moves the transfer's answer to the caller. */
static void call_take_answer(struct http_answer *ret, struct transfer *transfer)
{
	struct http_answer former = *ret;

	*ret = transfer->answer;
	ret->body.max = former.body.max;
	transfer->answer = former;
}

/* Whether the answer in ret says "not now". */
static bool call_is_busy(const struct call *call, struct http_answer *answer)
{
	const struct http_request *request = call->request;

	return request->is_busy ? request->is_busy(request->is_busy_arg, answer)
				: http_is_busy(answer->status);
}

/* Makes one attempt, on a new connection if fresh. Returns 0 with an answer in ret. Always writes
 * ret->may_repeat. */
static int call_attempt(
	struct call *call, bool fresh, struct http_answer *ret, struct err *err)
{
	struct transfer *transfer = transfer_new(call->waiter.http, call->request,
		call->op->deadline_ms, ret->body.max, fresh);
	bool sent = false;
	int r;

	call->attempts++;
	call->asked_us = clock_mono_us();
	ret->may_repeat = false;
	if (!transfer)
		return err_set(err, ENOMEM, "out of memory");
	r = pool_run(&call->waiter, transfer, &sent);
	call->sent |= sent;
	if (r < 0) {
		r = call_left(call, r, err);
	} else if (transfer->result == CURLE_OK) {
		call_take_answer(ret, transfer);
		ret->may_repeat = call_is_busy(call, ret);
	} else {
		r = call_failed(call, transfer, err);
		ret->may_repeat =
			!transfer->too_large && http_repeat_wait_ms(-r, -1, 1) >= 0;
	}
	transfer_unref(transfer);
	return r;
}

/* Waits before the next attempt. Returns false if there is to be no other attempt. Changes *r only
 * if the wait was cut short. */
static bool call_goes_on(
	struct call *call, const struct http_answer *answer, int *r, struct err *err)
{
	int64_t after = *r == 0 ? answer->retry_after_ms : -1;
	int64_t wait = http_repeat_wait_ms(-*r, after, call->attempts);
	uint64_t until = clock_mono_ms() + (uint64_t)wait;
	int ended;

	if (!call->request->repeatable || !answer->may_repeat || call->op->is_probe ||
		wait < 0 || until >= call->op->deadline_ms)
		return false;
	ended = pool_sleep(&call->waiter, until);
	if (ended == 0)
		return true;
	err_clear(err);
	*r = call_left(call, ended, err);
	return false;
}

static int call_run(struct call *call, struct http_answer *ret, struct err *err)
{
	int r = 0;

	if (op_left_ms(call->op) == 0)
		return call_left(call, -ETIMEDOUT, err);
	do {
		err_clear(err);
		r = call_attempt(call, r < 0, ret, err);
	} while (call_goes_on(call, ret, &r, err));
	return r;
}

int http_call(struct http *http, const struct http_request *request, const struct op *op,
	struct http_answer *ret, bool *ret_sent, struct err *err)
{
	struct call call = {.request = request, .op = op, .begun_ms = clock_mono_ms()};
	struct err last = {""};
	int r;

	PROBE(call__begin, request->method, request->url);
	ret->may_repeat = false;
	pool_enter(http, &call.waiter, op->cancel);
	r = call_run(&call, ret, &last);
	pool_leave(&call.waiter, op->cancel);
	ret->attempts = call.attempts;
	ret->asked_us = call.asked_us;
	PROBE(call__end, request->method, request->url, -r, r < 0 ? 0 : ret->status);
	if (ret_sent)
		*ret_sent = call.sent;
	return r < 0 ? err_set(err, -r, "%s", last.text) : 0;
}
