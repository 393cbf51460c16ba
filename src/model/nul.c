/* SPDX-License-Identifier: MIT */
/* Converts between JSON strings, which may hold NUL, and C strings. */
#include "nul.h"

#include <errno.h>
#include <string.h>
#include "base/utf8.h"

#define NUL_BYTES    "\xC0\x80"
#define NUL_LEN	     2
#define NUL_TEXT_MAX (64u << 20) /* bytes */

int nul_add_string(const json_t *string, struct buf *ret)
{
	const char *text = json_string_value(string), *nul;
	size_t left = json_string_length(string);
	int r = 0;

	while (r == 0 && left && (nul = memchr(text, '\0', left))) {
		size_t len = (size_t)(nul - text);

		r = buf_add(ret, text, len);
		if (r == 0)
			r = buf_add(ret, NUL_BYTES, NUL_LEN);
		text += len + 1;
		left -= len + 1;
	}
	return r < 0 || !left ? r : buf_add(ret, text, left);
}

json_t *nul_new_string(const char *text)
{
	CLEANUP_BUF struct buf plain = BUF_INIT(NUL_TEXT_MAX);
	const char *at;

	if (!strstr(text, NUL_BYTES))
		return json_string(text);
	while ((at = strstr(text, NUL_BYTES))) {
		if (buf_add(&plain, text, (size_t)(at - text)) < 0 ||
			buf_addc(&plain, '\0') < 0)
			return NULL;
		text = at + NUL_LEN;
	}
	if (buf_adds(&plain, text) < 0)
		return NULL;
	return json_stringn(buf_str(&plain), plain.len);
}

bool nul_is_text(const char *text)
{
	const char *at;

	while ((at = strstr(text, NUL_BYTES))) {
		if (!utf8_is_valid(text, (size_t)(at - text)))
			return false;
		text = at + NUL_LEN;
	}
	return utf8_is_valid(text, strlen(text));
}

bool nul_equal(const json_t *string, const char *text)
{
	CLEANUP_BUF struct buf own = BUF_INIT(NUL_TEXT_MAX);

	return nul_add_string(string, &own) == 0 && strcmp(buf_str(&own), text) == 0;
}
