/* SPDX-License-Identifier: MIT */
/* protobuf's wire format (protobuf.dev/programming-guides/encoding) and base64 (RFC 4648), to read
 * only. */
#include "wire.h"

#include <errno.h>
#include <stdint.h>

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static bool wire_skip(struct wire *wire, uint64_t count)
{
	if (count > wire->left)
		return false;
	wire->at += count;
	wire->left -= (size_t)count;
	return true;
}

static bool wire_varint(struct wire *wire, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && wire->left; shift += 7) {
		unsigned char byte = *wire->at;

		wire_skip(wire, 1);
		value |= (uint64_t)(byte & 0x7F) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

bool wire_next(struct wire *wire, unsigned *ret_number, struct wire *ret_value)
{
	uint64_t key, number;

	while (wire->left && wire_varint(wire, &key)) {
		switch (key & 7) {
		case WIRE_BYTES:
			if (!wire_varint(wire, &number) || number > wire->left)
				return false;
			*ret_number = (unsigned)(key >> 3);
			*ret_value = (struct wire){wire->at, (size_t)number};
			return wire_skip(wire, number);
		case WIRE_VARINT:
			if (!wire_varint(wire, &number))
				return false;
			break;
		case WIRE_64:
		case WIRE_32:
			if (!wire_skip(wire, (key & 7) == WIRE_64 ? 8 : 4))
				return false;
			break;
		default:
			return false;
		}
	}
	return false;
}

static int base64_digit(char c)
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

int wire_decode_base64(const char *text, struct buf *ret)
{
	uint32_t bits = 0;
	unsigned count = 0;
	int r = 0;

	for (; *text && *text != '=' && r == 0; text++) {
		int digit = base64_digit(*text);

		if (digit < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			r = buf_addc(ret, (char)(bits >> count & 0xFF));
		}
	}
	return r;
}
