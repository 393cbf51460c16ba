/* SPDX-License-Identifier: MIT */
/* Base64: six bits a character. */
#include "base/base64.h"

#include <errno.h>
#include <stdint.h>

int base64_encode(const void *bytes, size_t len, bool padded, struct buf *ret)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *from = bytes;
	size_t before = ret->len;
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)from[i] << 16;
		char four[4] = {'=', '=', '=', '='};

		if (n > 1)
			bits |= (uint32_t)from[i + 1] << 8;
		if (n > 2)
			bits |= from[i + 2];
		for (size_t k = 0; k <= n; k++)
			four[k] = digits[bits >> (18 - 6 * k) & 63];
		r = buf_add(ret, four, padded ? 4 : n + 1);
	}
	if (r < 0 && ret->data)
		buf_resize(ret, before);
	return r;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Takes the padding off the length. Padding is optional, but must complete the last group of four
 * characters. */
static int base64_unpad(const char *text, size_t *len)
{
	size_t padding = 0;

	while (padding < 2 && padding < *len && text[*len - 1 - padding] == '=')
		padding++;
	if (padding && *len % 4)
		return -EINVAL;
	*len -= padding;
	return *len % 4 == 1 ? -EINVAL : 0;
}

int base64_decode(const char *text, size_t len, struct buf *ret)
{
	size_t before = ret->len;
	uint32_t bits = 0;
	unsigned count = 0;
	int r = base64_unpad(text, &len);

	for (size_t i = 0; i < len && r == 0; i++) {
		int value = base64_value(text[i]);

		if (value < 0) {
			r = -EINVAL;
			break;
		}
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			r = buf_addc(ret, (char)(bits >> count & 0xFF));
		}
	}
	if (r < 0 && ret->data)
		buf_resize(ret, before);
	return r;
}
