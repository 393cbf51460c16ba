/* SPDX-License-Identifier: MIT */
/* REST: a path names the VPC, an HTTP method is the verb, the body is the resource. An answer needs
 * no translation. Paths and methods are from the google.api.http annotations of the published
 * schema. */
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

static int rest_print_target(const struct api_call *call, struct buf *ret)
{
	int r = buf_adds(ret, call->id ? REST_PATH "/" : REST_PATH);

	return r == 0 && call->id ? protocol_escape(ret, call->id) : r;
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
			r = protocol_escape(&ret->path, call->page);
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
