/* SPDX-License-Identifier: MIT */
/* The protocols, and a call as a request. */
#include "protocol.h"

const struct protocol *protocol_of(enum api_protocol protocol)
{
	static const struct protocol *const protocols[] = {
		[API_REST] = &protocol_rest,
		[API_CONNECT] = &protocol_connect,
		[API_GRPC] = &protocol_grpc,
	};

	return protocols[protocol];
}

void message_init(struct message *message)
{
	*message = (struct message){0};
	buf_init(&message->path, PROTOCOL_PATH_MAX);
	buf_init(&message->etag, 2 * API_TAG_MAX);
	buf_init(&message->body, PROTOCOL_BODY_MAX);
}

void message_release(struct message *message)
{
	buf_release(&message->path);
	buf_release(&message->etag);
	buf_release(&message->body);
}
