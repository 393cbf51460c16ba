/* SPDX-License-Identifier: MIT */
/* A text as a JSON string (RFC 8259, section 7). */
#include "base/quote.h"

#include <string.h>

static int quote_char(unsigned char c, struct buf *ret)
{
	static const char names[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	const char *name = c ? strchr(names, c) : NULL;

	if (name)
		return buf_addf(ret, "\\%c", letters[name - names]);
	return buf_addf(ret, "\\u%04X", c);
}

int quote_json(const char *text, size_t len, struct buf *ret)
{
	size_t start = 0;
	int r = buf_addc(ret, '"');

	for (size_t i = 0; r == 0 && i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		r = buf_add(ret, text + start, i - start);
		if (r == 0)
			r = quote_char(c, ret);
		start = i + 1;
	}
	if (r == 0)
		r = buf_add(ret, text + start, len - start);
	return r < 0 ? r : buf_addc(ret, '"');
}
