/* SPDX-License-Identifier: MIT */
/* Error bodies of the stacks that may stand in front of the service (api.md 3.2), for faults. */
#include "answer.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define QUOTA_SUBJECT "organization:demo"
#define QUOTA_TEXT    "VPC quota exceeded"
/* google.rpc.QuotaFailure with the two above, as protobuf in unpadded base64. */
#define QUOTA_BASE64 "CicKEW9yZ2FuaXphdGlvbjpkZW1vEhJWUEMgcXVvdGEgZXhjZWVkZWQ"

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
	unsigned i = 0;

	while (i < ANSWER_SHAPES && strcmp(names[i], name) != 0)
		i++;
	return (enum answer_shape)i;
}

static json_t *quota_details(bool quota)
{
	return quota ? answer_quota(QUOTA_SUBJECT, QUOTA_TEXT) : json_array();
}

static struct answer shape_connect(
	unsigned status, enum rpc_code code, const char *message, bool quota)
{
	char name[32];
	size_t i = 0;
	json_t *details = json_array();

	for (const char *from = rpc_name(code); *from && i < sizeof(name) - 1; from++)
		name[i++] = (char)tolower((unsigned char)*from);
	name[i] = '\0';
	if (quota)
		json_array_append_new(
			details, json_pack("{s:s, s:s}", "type", "google.rpc.QuotaFailure",
					 "value", QUOTA_BASE64));
	return answer_json_take(status, json_pack("{s:s, s:s, s:o}", "code", name,
						"message", message, "details", details));
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

struct answer answer_shaped(enum answer_shape shape, unsigned status, enum rpc_code code,
	const char *message, bool quota)
{
	switch (shape) {
	case ANSWER_CONNECT:
		return shape_connect(status, code, message, quota);
	case ANSWER_AIP193:
		return answer_json_take(
			status, json_pack("{s:{s:i, s:s, s:s, s:o}}", "error", "code",
					(int)status, "message", message, "status",
					rpc_name(code), "details", quota_details(quota)));
	case ANSWER_HTML:
		return shape_html(status, message);
	case ANSWER_PLAIN:
		return answer_plain(status, "text/plain", message);
	case ANSWER_EMPTY:
		return (struct answer){.status = status};
	default:
		return answer_json_take(
			status, json_pack("{s:i, s:s, s:o}", "code", (int)code, "message",
					message, "details", quota_details(quota)));
	}
}
