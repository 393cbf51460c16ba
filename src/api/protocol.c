/* SPDX-License-Identifier: MIT */
/* A call as a request. */
#include "protocol.h"

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
