/* SPDX-License-Identifier: MIT */
/* One call: attempts until an answer is final. What may be repeated is said by retry.h, how one attempt runs by pool.h. */
#include "http/http.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include "base/clock.h"
#include "failure.h"
#include "job.h"
#include "pool.h"
#include "retry.h"

/* A call under way. */
struct call {
	const struct http_request *request; /* borrowed */
	const struct op *op;		    /* borrowed */
	struct waiter waiter;
	uint64_t begun_ms;
	unsigned attempts;
	bool sent; /* by any attempt */
};

static uint32_t call_random(void)
{
	uint32_t number = 0;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		number = (uint32_t)clock_mono_us();
	return number;
}

/* Why the caller left: a sentence for each. */
static int call_left(const struct call *call, int r, struct err *err)
{
	char peer[FAILURE_PEER_MAX];
	double seconds = (double)(clock_mono_ms() - call->begun_ms) / 1000;

	failure_name_peer(call->request->url, peer);
	if (r == -EINTR)
		return err_set(err, EINTR, "%s: interrupted", peer);
	if (r == -ESHUTDOWN)
		return err_set(err, ESHUTDOWN, "%s: given up, the mount is ending", peer);
	return err_set(err, ETIMEDOUT,
		call->sent ? "%s: no answer within %.1f s"
			   : "%s: no connection within %.1f s",
		peer, seconds);
}

/* The job is done without a complete answer. */
static int call_failed(const struct call *call, const struct job *job, struct err *err)
{
	struct failure failure = {
		.curl_code = (int)job->result,
		.os_errno = job->os_errno,
		.status = job->answer.status,
		.too_large = job->too_large,
		.details = job->details,
	};
	char peer[FAILURE_PEER_MAX], text[CURL_ERROR_SIZE + 128];

	failure_name_peer(call->request->url, peer);
	failure_describe(&failure, text, sizeof(text));
	if (call->attempts > 1)
		return err_set(err, failure_errnum(&failure), "%s: %s, %u attempts", peer,
			text, call->attempts);
	return err_set(err, failure_errnum(&failure), "%s: %s", peer, text);
}

/* The job's answer becomes the caller's. */
static void call_take_answer(struct http_answer *ret, struct job *job)
{
	size_t max = ret->body.max;

	http_answer_release(ret);
	*ret = job->answer;
	ret->body.max = max;
	buf_init(&job->answer.body, 0);
}

/* The answer is read for this: a long one, that is as it should be, need not be. */
static bool is_final(const struct call *call, const struct http_answer *answer)
{
	return call->request->is_final && http_is_busy(answer->status) &&
	       call->request->is_final(answer);
}

/* One attempt. Returns 0 with an answer in ret; outcome is the last one's, and tells then what retry needs, also when nothing
 * may follow. */
static int call_attempt(struct call *call, struct http_answer *ret,
	struct retry_outcome *outcome, struct err *err)
{
	struct http *http = call->waiter.http;
	size_t max = pool_answer_max(http);
	struct job *job = job_new(http, call->request, call->op->deadline_ms,
		max < ret->body.max ? max : ret->body.max, outcome->errnum != 0);
	bool sent = false, left = true;
	int r;

	call->attempts++;
	if (!job)
		return err_set(err, ENOMEM, "out of memory");
	r = pool_run(&call->waiter, job, &sent);
	call->sent |= sent;
	if (r < 0) {
		r = call_left(call, r, err);
	} else {
		left = false;
		if (job->result == CURLE_OK)
			call_take_answer(ret, job);
		else
			r = call_failed(call, job, err);
	}
	*outcome = (struct retry_outcome){
		.method = call->request->method,
		.errnum = -r,
		.status = r == 0 ? ret->status : 0,
		.sent = sent,
		.hopeless = left || job->too_large || (r == 0 && is_final(call, ret)),
		.retry_after_ms = r == 0 ? ret->retry_after_ms : -1,
	};
	job_unref(job);
	return r;
}

/* Waits before the next attempt. Returns false when there shall be none; *r changes only if the wait was ended. */
static bool call_goes_on(
	struct call *call, const struct retry_outcome *outcome, int *r, struct err *err)
{
	int64_t wait = retry_wait_ms(outcome, call->attempts, call_random());
	uint64_t until = clock_mono_ms() + (uint64_t)wait;
	int ended;

	if (wait < 0 || until >= call->op->deadline_ms || call->op->is_probe)
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
	struct retry_outcome outcome = {.hopeless = true, .method = call->request->method};
	int r;

	if (op_is_past(call->op))
		return call_left(call, -ETIMEDOUT, err);
	do {
		err_clear(err);
		r = call_attempt(call, ret, &outcome, err);
	} while (r != -ENOMEM && call_goes_on(call, &outcome, &r, err));
	return r;
}

int http_call(struct http *http, const struct http_request *request, const struct op *op,
	struct http_answer *ret, bool *ret_sent, struct err *err)
{
	struct call call = {.request = request, .op = op, .begun_ms = clock_mono_ms()};
	struct err last = {""};
	int r;

	pool_enter(http, &call.waiter, op->cancel);
	r = call_run(&call, ret, &last);
	pool_leave(&call.waiter, op->cancel);
	ret->attempts = call.attempts;
	if (ret_sent)
		*ret_sent = call.sent;
	return r < 0 ? err_set(err, -r, "%s", last.text) : 0;
}
