/* SPDX-License-Identifier: MIT */
/* What the protocols share: a call as a request, and the escaping of text in paths. */
#include "protocol.h"

#include <string.h>

int protocol_escape(struct buf *ret, const char *text)
{
	bool dots = text[strspn(text, ".")] == '\0';
	int r = 0;

	for (; *text && r == 0; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-_~", c) ||
			     (c == '.' && !dots);

		/* NUL, as the model writes it (C0 80) */
		if (c == 0xC0 && (unsigned char)text[1] == 0x80) {
			r = buf_adds(ret, "%00");
			text++;
			continue;
		}
		r = plain ? buf_addc(ret, *text) : buf_addf(ret, "%%%02X", c);
	}
	return r;
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
