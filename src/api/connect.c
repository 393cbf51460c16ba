/* SPDX-License-Identifier: MIT */
/* Connect (connectrpc.com/docs/protocol), unary. The body is the bare message, as JSON or in the
 * wire format. Errors are always JSON, with an HTTP status. */
#include <errno.h>
#include <string.h>
#include "rpc.h"

#define TYPE_JSON "application/json"
#define TYPE_WIRE "application/proto"

static int connect_write_head(
	const struct api_call *call, const char *content_type, struct message *ret)
{
	ret->headers[0] = content_type;
	ret->headers[1] = "Connect-Protocol-Version: 1";
	return rpc_write_head(call, ret);
}

static int connect_write_json(
	const struct api_call *call, struct message *ret, struct err *err)
{
	int r = connect_write_head(call, "Content-Type: " TYPE_JSON, ret);

	return r == 0 ? rpc_add_json(call, &ret->body, err) : r;
}

static int connect_write_wire(
	const struct api_call *call, struct message *ret, struct err *err)
{
	int r = connect_write_head(call, "Content-Type: " TYPE_WIRE, ret);

	return r == 0 ? rpc_add_wire(call, &ret->body, err) : r;
}

/* Checks that the answer holds a message of this type. Connect's only success status is 200. */
static int connect_check(
	const struct http_answer *answer, const char *type, struct err *err)
{
	const char *is = http_answer_header(answer, "Content-Type");
	size_t len = strcspn(is, "; ");

	if (answer->status != 200)
		return err_set(err, EBADMSG, "the only success status of Connect is 200");
	if (len != strlen(type) || strncasecmp(is, type, len) != 0)
		return err_set(err, EBADMSG, "its content type is %.100s, expected %s",
			*is ? is : "not given", type);
	return 0;
}

static bool connect_is_error(const struct http_answer *answer)
{
	return answer->status < 200 || answer->status > 299;
}

static int connect_read_json(
	const struct api_call *call, struct http_answer *answer, struct err *err)
{
	return connect_is_error(answer) ? 0 : connect_check(answer, TYPE_JSON, err);
}

static int connect_read_wire(
	const struct api_call *call, struct http_answer *answer, struct err *err)
{
	int r;

	if (connect_is_error(answer))
		return 0;
	r = connect_check(answer, TYPE_WIRE, err);
	return r < 0 ? r
		     : rpc_take_wire(
			       call, buf_str(&answer->body), answer->body.len, answer, err);
}

static const struct protocol connect_wire = {
	.verb = rpc_verb,
	.print_target = rpc_print_target,
	.write = connect_write_wire,
	.read = connect_read_wire,
};

const struct protocol protocol_connect = {
	.verb = rpc_verb,
	.print_target = rpc_print_target,
	.write = connect_write_json,
	.read = connect_read_json,
	.other_codec = &connect_wire,
};
