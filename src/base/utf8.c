/* SPDX-License-Identifier: MIT */
/* UTF-8, Unicode table 3-7. */
#include "base/utf8.h"

#include <stdint.h>

bool utf8_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Length of the well-formed character at p, 0 if there is none. */
static size_t utf8_char_len(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (left < n)
		return 0;
	if (p[0] == 0xE0)
		low = 0xA0;
	else if (p[0] == 0xED)
		high = 0x9F;
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	}
	return n;
}

bool utf8_is_valid(const char *bytes, size_t len)
{
	const unsigned char *p = (const unsigned char *)bytes;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_char_len(p + i, len - i);
		if (!n)
			return false;
	}
	return true;
}

size_t utf8_cut(const char *bytes, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max && ((unsigned char)bytes[max] & 0xC0) == 0x80)
		max--;
	return max;
}

/* C0 except newline, DEL, and C1 (U+0080 to U+009F), which terminals obey as well. */
static bool utf8_is_control(const unsigned char *p)
{
	if (p[0] < 0x20)
		return p[0] != '\n';
	return p[0] == 0x7F || (p[0] == 0xC2 && p[1] < 0xA0);
}

void utf8_clean(char *out, size_t size, const char *bytes, size_t len)
{
	const unsigned char *p = (const unsigned char *)bytes;
	size_t o = 0;

	for (size_t i = 0; i < len;) {
		size_t n = utf8_char_len(p + i, len - i);
		bool shown = n && !utf8_is_control(p + i);
		size_t width = shown ? n : 1;

		if (o + width >= size)
			break;
		for (size_t k = 0; k < width; k++)
			out[o++] = shown ? bytes[i + k] : '?';
		i += n ? n : 1;
	}
	if (size)
		out[o] = '\0';
}
