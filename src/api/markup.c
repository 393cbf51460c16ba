/* SPDX-License-Identifier: MIT */
/* One line of text from a page. This is not a parser; it only drops tags. */
#include "markup.h"

#include <string.h>
#include <strings.h>
#include "base/utf8.h"

bool markup_is_it(const char *body, size_t len)
{
	while (len && utf8_is_blank(*body)) {
		body++;
		len--;
	}
	return len && *body == '<';
}

/* The position after the first tag with this name in [at, end); NULL if there is none. */
static const char *tag_find(const char *at, const char *end, const char *name)
{
	size_t len = strlen(name);

	for (; at && end - at > (ptrdiff_t)len; at++) {
		at = memchr(at, '<', (size_t)(end - at));
		if (!at || end - at <= (ptrdiff_t)len)
			return NULL;
		if (strncasecmp(at + 1, name, len) == 0) {
			at = memchr(at, '>', (size_t)(end - at));
			return at ? at + 1 : NULL;
		}
	}
	return NULL;
}

/* The position after the tag that starts at `at` and, for script and style, after its content. */
static const char *tag_skip(const char *at, const char *end)
{
	const char *close = NULL;

	if (end - at > 6 && strncasecmp(at, "<style", 6) == 0)
		close = tag_find(at, end, "/style");
	else if (end - at > 7 && strncasecmp(at, "<script", 7) == 0)
		close = tag_find(at, end, "/script");
	if (close)
		return close;
	close = memchr(at, '>', (size_t)(end - at));
	return close ? close + 1 : end;
}

/* Copies text up to the first tag that follows some text. */
static void copy_text(const char *at, const char *end, char *out, size_t size)
{
	size_t len = 0;

	while (at < end && len + 2 < size) {
		if (*at == '<') {
			if (len)
				break;
			at = tag_skip(at, end);
			continue;
		}
		if (!utf8_is_blank(*at))
			out[len++] = *at;
		else if (len && out[len - 1] != ' ')
			out[len++] = ' ';
		at++;
	}
	while (len && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
}

void markup_text(const char *body, size_t len, char *out, size_t size)
{
	const char *end = body + len, *title = tag_find(body, end, "title");

	copy_text(title ? title : body, end, out, size);
	if (title && !out[0])
		copy_text(body, end, out, size);
}
