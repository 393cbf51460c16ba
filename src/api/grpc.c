/* SPDX-License-Identifier: MIT */
/* gRPC (grpc/doc/PROTOCOL-HTTP2.md), unary: one frame in each direction; the status of the call is
 * in the trailers. An error is translated into the google.rpc.Status that a REST API answers with,
 * so that it reads the same over every protocol. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/base64.h"
#include "base/utf8.h"
#include "code.h"
#include "proto/method.h"
#include "rpc.h"

#define GRPC_FRAME_HEAD	 5 /* flag, length (big-endian) */
#define GRPC_MESSAGE_MAX 4096
/* codes of google.rpc.Code */
#define GRPC_UNKNOWN  2
#define GRPC_CODE_MAX 16

static int grpc_write(const struct api_call *call, struct message *ret, struct err *err)
{
	uint32_t len;
	int r = rpc_write_head(call, ret);

	ret->speaks_http2 = true;
	ret->headers[0] = "Content-Type: application/grpc";
	ret->headers[1] = "TE: trailers";
	if (r == 0)
		r = buf_resize(&ret->body, GRPC_FRAME_HEAD);
	if (r == 0)
		r = rpc_add_wire(call, &ret->body, err);
	if (r < 0)
		return r;
	len = htobe32((uint32_t)(ret->body.len - GRPC_FRAME_HEAD));
	return buf_put(&ret->body, 1, &len, sizeof(len));
}

/* Takes the message of an answer, which must have exactly one frame. */
static int grpc_take_frame(
	const struct api_call *call, struct http_answer *answer, struct err *err)
{
	const char *frame = buf_str(&answer->body);
	size_t len = answer->body.len;
	uint32_t message_len;

	if (len == 0)
		return err_set(err, EBADMSG, "it holds no message");
	if (len < GRPC_FRAME_HEAD)
		return err_set(err, EBADMSG, "its message is cut");
	if (frame[0] != 0)
		return err_set(err, EBADMSG, "its message is encoded (flag %u)",
			(unsigned char)frame[0]);
	memcpy(&message_len, frame + 1, sizeof(message_len));
	message_len = be32toh(message_len);
	len -= GRPC_FRAME_HEAD;
	if (message_len != len)
		return err_set(err, EBADMSG,
			message_len > len ? "its message is cut"
					  : "it holds more than one message");
	return rpc_take_wire(call, frame + GRPC_FRAME_HEAD, len, answer, err);
}

static int grpc_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* grpc-message is percent-encoded UTF-8, but some servers do not encode it. */
static void grpc_decode_message(const char *text, char out[GRPC_MESSAGE_MAX])
{
	char plain[GRPC_MESSAGE_MAX];
	size_t len = 0;

	for (; *text && len < sizeof(plain); text++) {
		bool escaped =
			*text == '%' && grpc_hex(text[1]) >= 0 && grpc_hex(text[2]) >= 0;

		plain[len++] = (char)(escaped ? grpc_hex(text[1]) << 4 | grpc_hex(text[2])
					      : *text);
		text += escaped ? 2 : 0;
	}
	utf8_clean(out, GRPC_MESSAGE_MAX, plain, len);
}

/* Adds code and message as a google.rpc.Status in the wire format. */
static int grpc_add_status(int code, const char *message, struct buf *ret)
{
	int len = (int)strlen(message); /* below 2^14: a varint of two bytes */

	return buf_addf(ret, "%c%c%c%c%c%s", 1 << 3, code, 2 << 3 | 2, (len & 0x7F) | 0x80,
		len >> 7, message);
}

/* Adds the error as the JSON of a google.rpc.Status. The bytes of the trailer
 * grpc-status-details-bin, if they can be read, are appended to those of code and message: the last
 * value of a field counts. */
static int grpc_add_error(
	const struct http_answer *answer, int code, struct buf *ret, struct err *err)
{
	CLEANUP_BUF struct buf status = BUF_INIT(2 * HTTP_HEADERS_MAX);
	const char *details = http_answer_header(answer, "grpc-status-details-bin");
	char message[GRPC_MESSAGE_MAX];
	size_t plain;
	int r;

	grpc_decode_message(http_answer_header(answer, "grpc-message"), message);
	r = grpc_add_status(code, message, &status);
	plain = status.len;
	if (r == 0)
		(void)base64_decode(details, strlen(details), &status);
	if (r == 0)
		r = msg_wire_to_json(
			method_status_type(), status.data, status.len, 0, ret, NULL);
	return r == -EINVAL ? msg_wire_to_json(
				      method_status_type(), status.data, plain, 0, ret, err)
			    : r;
}

static int grpc_take_error(struct http_answer *answer, int code, struct err *err)
{
	struct buf json = BUF_INIT(HTTP_ERROR_MAX);
	int r = grpc_add_error(answer, code, &json, err);

	if (r < 0) {
		buf_release(&json);
		return r == -ENOMEM ? r : err_set(err, EBADMSG, "%s", strerror(-r));
	}
	buf_release(&answer->body);
	answer->body = json;
	answer->status = code_by_number(code)->http_status;
	return 0;
}

/* An error without grpc-status comes from a proxy in front of the service; its HTTP status says
 * what it means. */
static int grpc_read(
	const struct api_call *call, struct http_answer *answer, struct err *err)
{
	const char *status = http_answer_header(answer, "grpc-status");
	char *end;
	long number = strtol(status, &end, 10);

	if (*end || number < 0 || number > GRPC_CODE_MAX)
		number = GRPC_UNKNOWN;
	if (*status && number != 0)
		return grpc_take_error(answer, (int)number, err);
	if (answer->status != 200)
		return 0;
	if (!*status)
		return err_set(err, EBADMSG, "it ends without a grpc-status");
	return grpc_take_frame(call, answer, err);
}

const struct protocol protocol_grpc = {
	.verb = rpc_verb,
	.print_target = rpc_print_target,
	.write = grpc_write,
	.read = grpc_read,
};
