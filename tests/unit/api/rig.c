/* SPDX-License-Identifier: MIT */
/* A server, the api that calls it, and the calls that the api reported. */
#include "rig.h"

#include <stdio.h>
#include <string.h>

static int rig_token(
	void *arg, const struct op *op, bool again, struct secret *ret, struct err *err)
{
	struct rig *rig = arg;
	int r = again ? rig->token_again_error : rig->token_error;

	rig->tokens++;
	if (r)
		return err_set(err, r, "no token today");
	return again ? secret_set(ret, "second", 6) : secret_set(ret, "first", 5);
}

static void rig_observe(void *arg, const struct api_event *event)
{
	struct rig *rig = arg;

	snprintf(rig->paths[rig->event_count], 128, "%s", event->path);
	rig->events[rig->event_count++] = *event;
}

void rig_open(struct rig *rig, enum api_protocol protocol, const char *url)
{
	struct http_options http = {.user_agent = "test"};
	struct api_options options = {.protocol = protocol,
		.token = rig_token,
		.token_arg = rig,
		.observe = rig_observe,
		.observe_arg = rig};
	struct err err = {""};
	char endpoint[128];

	*rig = (struct rig){.op.deadline_ms = clock_mono_ms() + 10000};
	assert_int_equal(http_new(&http, &rig->http, &err), 0);
	snprintf(endpoint, sizeof(endpoint), "%s/", url);
	options.endpoint = endpoint;
	options.http = rig->http;
	assert_int_equal(api_new(&options, &rig->api, &err), 0);
}

void rig_start_with(struct rig *rig, enum api_protocol protocol,
	const struct reply *replies, size_t count)
{
	struct testserver *server = testserver_start(replies, count);

	rig_open(rig, protocol, testserver_url(server));
	rig->server = server;
}

void rig_start(struct rig *rig, const struct reply *replies, size_t count)
{
	rig_start_with(rig, API_REST, replies, count);
}

void rig_stop(struct rig *rig)
{
	api_free(rig->api);
	http_free(rig->http);
	if (rig->server)
		testserver_stop(rig->server);
}

void assert_request(struct rig *rig, unsigned index, const char *start, const char *end)
{
	CLEANUP_FREE char *request = testserver_request(rig->server, index);

	assert_non_null(request);
	assert_true(strlen(request) > strlen(start) + strlen(end));
	if (strncmp(request, start, strlen(start)) != 0)
		fail_msg("expected %s, got %s", start, request);
	assert_string_equal(request + strlen(request) - strlen(end), end);
}

void assert_header(struct rig *rig, unsigned index, const char *line)
{
	CLEANUP_FREE char *request = testserver_request(rig->server, index);
	char whole[256];

	snprintf(whole, sizeof(whole), "\r\n%s\r\n", line);
	assert_non_null(request);
	if (!strstr(request, whole))
		fail_msg("there is no %s in %s", line, request);
}
