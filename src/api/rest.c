/* SPDX-License-Identifier: MIT */
/* REST: a VPC is a path, a verb of the service is one of HTTP's, the body is the resource, and an
 * answer says what it says (google.api.http annotations of the published schema). */
#include <string.h>
#include "protocol.h"

#define REST_PATH "/v1beta1/networking/vpcs"

static const char *rest_verb(const struct api_call *call)
{
	static const char *const methods[] = {
		[API_LIST] = "GET",
		[API_GET] = "GET",
		[API_CREATE] = "POST",
		[API_UPDATE] = "PATCH",
		[API_DELETE] = "DELETE",
	};

	return methods[call->verb];
}

/* Adds the text as one segment of a path or one value of a query: everything but RFC 3986's
 * unreserved characters is escaped, and so are the dots of "." and "..", which are not names. */
static int rest_escape(struct buf *ret, const char *text)
{
	bool dots = text[strspn(text, ".")] == '\0';
	int r = 0;

	for (; *text && r == 0; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-_~", c) ||
			     (c == '.' && !dots);

		/* NUL, as the model writes it */
		if (c == 0xC0 && (unsigned char)text[1] == 0x80) {
			r = buf_adds(ret, "%00");
			text++;
			continue;
		}
		r = plain ? buf_addc(ret, *text) : buf_addf(ret, "%%%02X", c);
	}
	return r;
}

static int rest_print_target(const struct api_call *call, struct buf *ret)
{
	int r = buf_adds(ret, call->id ? REST_PATH "/" : REST_PATH);

	return r == 0 && call->id ? rest_escape(ret, call->id) : r;
}

static int rest_write(const struct api_call *call, struct message *ret, struct err *err)
{
	size_t headers = 0;
	int r = rest_print_target(call, &ret->path);

	ret->method = rest_verb(call);
	ret->headers[headers++] = "Accept: application/json";
	if (r == 0 && call->page) {
		r = buf_adds(&ret->path, "?pageToken="); /* AIP-158; never seen so far */
		if (r == 0)
			r = rest_escape(&ret->path, call->page);
	}
	if (r == 0 && call->body) {
		ret->headers[headers++] = "Content-Type: application/json";
		ret->has_body = true;
		r = buf_add(&ret->body, call->body, call->len);
	}
	if (r == 0 && call->etag) {
		r = buf_addf(&ret->etag, "If-None-Match: %s", call->etag);
		ret->headers[headers++] = buf_str(&ret->etag);
	}
	return r;
}

const struct protocol protocol_rest = {
	.verb = rest_verb,
	.print_target = rest_print_target,
	.write = rest_write,
	.has_etags = true,
};
