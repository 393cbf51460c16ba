/* SPDX-License-Identifier: MIT */
/* A server, a client and one call after the other. */
#include "rig.h"

#include <stdio.h>
#include <string.h>

void rig_start(struct rig *rig, const struct reply *replies, size_t count)
{
	struct http_options options = {.user_agent = "vpcfs/test"};
	struct err err = {""};

	rig->server = testserver_start(replies, count);
	assert_int_equal(http_new(&options, &rig->http, &err), 0);
}

void rig_stop(struct rig *rig)
{
	http_free(rig->http);
	testserver_stop(rig->server);
}

void rig_call(struct rig *rig, const char *method, const char *path, const char *body,
	uint64_t timeout_ms, struct cancel *cancel, struct outcome *ret)
{
	CLEANUP_SECRET struct secret token = {0};
	struct op op = {.deadline_ms = clock_mono_ms() + timeout_ms, .cancel = cancel};
	static const char *const headers[] = {
		"Accept: application/json", "Content-Type: application/json", NULL};
	struct http_request request = {.method = method,
		.headers = body ? headers : NULL,
		.body = body,
		.bearer = &token,
		.repeatable = strcmp(method, "GET") == 0};
	char url[512];
	uint64_t begun = clock_mono_ms();

	snprintf(url, sizeof(url), "%s%s",
		strstr(path, "://") ? "" : testserver_url(rig->server), path);
	request.url = url;
	request.body_len = body ? strlen(body) : 0;
	assert_int_equal(secret_set(&token, "s3cret", 6), 0);
	*ret = (struct outcome){0};
	http_answer_init(&ret->answer, RIG_ANSWER_MAX);
	ret->r = http_call(rig->http, &request, &op, &ret->answer, &ret->sent, &ret->err);
	ret->ms = clock_mono_ms() - begun;
}

void outcome_release(struct outcome *outcome)
{
	http_answer_release(&outcome->answer);
}
