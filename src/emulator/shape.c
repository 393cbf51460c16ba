/* SPDX-License-Identifier: MIT */
/* Error bodies of the stacks that may stand in front of the service, for faults. */
#include "answer.h"

#include <stdio.h>
#include <string.h>
#include "door.h"

#define QUOTA_SUBJECT "organization:demo"
#define QUOTA_TEXT    "VPC quota exceeded"

enum answer_shape answer_shape_named(const char *name)
{
	static const char *const names[ANSWER_SHAPES] = {
		[ANSWER_GOOGLE] = "google",
		[ANSWER_CONNECT] = "connect",
		[ANSWER_AIP193] = "aip193",
		[ANSWER_HTML] = "html",
		[ANSWER_EMPTY] = "empty",
		[ANSWER_PLAIN] = "text",
	};
	unsigned i = ANSWER_GOOGLE;

	while (i < ANSWER_SHAPES && strcmp(names[i], name) != 0)
		i++;
	return (enum answer_shape)i;
}

static json_t *quota_details(bool quota)
{
	return quota ? answer_quota(QUOTA_SUBJECT, QUOTA_TEXT) : NULL;
}

static struct answer shape_aip193(
	unsigned status, enum rpc_code code, const char *message, bool quota)
{
	json_t *details = quota_details(quota);
	json_auto_t *json = json_pack("{s:{s:i, s:s, s:s, s:o}}", "error", "code",
		(int)status, "message", message, "status", rpc_name(code), "details",
		details ? details : json_array());
	struct answer a = answer_text_take(json ? text_from_json(json) : NULL);

	if (json)
		a.status = status;
	return a;
}

static struct answer shape_html(unsigned status, const char *message)
{
	char page[ANSWER_MESSAGE_MAX + 256];

	snprintf(page, sizeof(page),
		"<html>\r\n<head><title>%u</title></head>\r\n<body>\r\n"
		"<center><h1>%u %s</h1></center>\r\n<hr></body>\r\n</html>\r\n",
		status, status, message);
	return answer_plain(status, "text/html", page);
}

/* Writes the body in the given shape, whatever door the request came through. */
static void write_as(struct answer *a, enum answer_shape shape)
{
	if (shape == ANSWER_CONNECT)
		connect_write_problem(a);
	else
		answer_write_problem(a);
	a->kind = ANSWER_HTTP;
}

struct answer answer_shaped(enum answer_shape shape, unsigned status, enum rpc_code code,
	const char *message, bool quota)
{
	struct answer a;

	switch (shape) {
	case ANSWER_AIP193:
		return shape_aip193(status, code, message, quota);
	case ANSWER_HTML:
		return shape_html(status, message);
	case ANSWER_PLAIN:
		return answer_plain(status, "text/plain", message);
	case ANSWER_EMPTY:
		return (struct answer){.status = status};
	default:
		a = answer_problem_take(code, quota_details(quota), "%s", message);
		a.status = status;
		if (shape != ANSWER_NATIVE)
			write_as(&a, shape);
		return a;
	}
}
