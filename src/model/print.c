/* SPDX-License-Identifier: MIT */
/* JSON as text, straight into a capped buffer. */
#include "print.h"

#include <errno.h>
#include <stdio.h>
#include "base/utf8.h"

#define SHORT_MAX (1u << 20) /* bytes of a value that is worth a sentence */

struct printing {
	struct buf *buf;
	int error;
};

static int print_chunk(const char *bytes, size_t len, void *arg)
{
	struct printing *p = arg;

	p->error = buf_add(p->buf, bytes, len);
	return p->error < 0 ? -1 : 0;
}

int print_json(const json_t *json, size_t flags, struct buf *ret)
{
	struct printing p = {.buf = ret};
	size_t before = ret->len;

	if (json_dump_callback(json, print_chunk, &p, flags | JSON_ENCODE_ANY) == 0)
		return 0;
	if (ret->data)
		buf_resize(ret, before);
	return p.error < 0 ? p.error : -ENOMEM;
}

int print_pretty(const json_t *json, struct buf *ret)
{
	int r = print_json(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER, ret);

	return r < 0 ? r : buf_addc(ret, '\n');
}

void print_short(const json_t *json, char *out, size_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT(SHORT_MAX);
	int r = print_json(json, JSON_COMPACT, &text);

	if (r < 0)
		snprintf(out, size, "%s", r == -EFBIG ? "(a long text)" : "?");
	else
		utf8_clean(out, size, text.data, text.len);
}
