/* SPDX-License-Identifier: MIT */
/* What Connect and gRPC share. Each request starts as JSON, since changes are planned in JSON. Each
 * answer ends as JSON, since documents are made of JSON. */
#include "rpc.h"

#include <errno.h>
#include <string.h>
#include "base/quote.h"
#include "base/utf8.h"
#include "proto/method.h"

static const struct method *rpc_method(const struct api_call *call)
{
	static const enum method_id ids[] = {
		[API_LIST] = METHOD_LIST_VPCS,
		[API_GET] = METHOD_GET_VPC,
		[API_CREATE] = METHOD_CREATE_VPC,
		[API_UPDATE] = METHOD_UPDATE_VPC,
		[API_DELETE] = METHOD_DELETE_VPC,
	};

	return method_of(ids[call->verb]);
}

const char *rpc_verb(const struct api_call *call)
{
	return rpc_method(call)->name;
}

int rpc_print_target(const struct api_call *call, struct buf *ret)
{
	return call->id ? protocol_escape(ret, call->id) : buf_addc(ret, '-');
}

int rpc_write_head(const struct api_call *call, struct message *ret)
{
	ret->method = "POST";
	ret->has_body = true;
	return buf_adds(&ret->path, rpc_method(call)->path);
}

/* Adds {"key":"text"}. */
static int rpc_add_object(
	const char *key, const char *text, struct buf *ret, struct err *err)
{
	int r;

	if (!utf8_is_valid(text, strlen(text)))
		return err_set(err, EINVAL, "%s: not UTF-8", key);
	r = buf_addf(ret, "{\"%s\":", key);
	if (r == 0)
		r = quote_json(text, strlen(text), ret);
	return r == 0 ? buf_addc(ret, '}') : r;
}

/* Adds the body's members to the object at the end of ret. */
static int rpc_add_members(const struct api_call *call, struct buf *ret, struct err *err)
{
	int r = 0;

	if (call->len < 2 || call->body[0] != '{')
		return err_set(err, EINVAL, "the body is not a JSON object");
	(void)buf_resize(ret, ret->len - 1); /* the body brings its own brace */
	if (call->body[1] != '}')
		r = buf_addc(ret, ',');
	return r == 0 ? buf_add(ret, call->body + 1, call->len - 1) : r;
}

int rpc_add_json(const struct api_call *call, struct buf *ret, struct err *err)
{
	int r;

	if (call->page) /* as over REST; the published schema has no pages */
		return rpc_add_object("pageToken", call->page, ret, err);
	if (!call->id)
		return call->body ? buf_add(ret, call->body, call->len)
				  : buf_adds(ret, "{}");
	r = rpc_add_object("id", call->id, ret, err);
	return r == 0 && call->body ? rpc_add_members(call, ret, err) : r;
}

int rpc_add_wire(const struct api_call *call, struct buf *ret, struct err *err)
{
	CLEANUP_BUF struct buf json = BUF_INIT(PROTOCOL_BODY_MAX);
	int r = rpc_add_json(call, &json, err);

	return r < 0 ? r
		     : msg_json_to_wire(rpc_method(call)->request, buf_str(&json), json.len,
			       0, ret, err);
}

int rpc_take_wire(const struct api_call *call, const char *bytes, size_t len,
	struct http_answer *answer, struct err *err)
{
	struct buf json = BUF_INIT(answer->body.max);
	int r = msg_wire_to_json(
		rpc_method(call)->response, bytes, len, MSG_WRITE_UNSET, &json, err);

	if (r < 0) {
		buf_release(&json);
		return r == -ENOMEM ? r : err_set(err, EBADMSG, "%s", strerror(-r));
	}
	buf_release(&answer->body);
	answer->body = json;
	return 0;
}
