/* SPDX-License-Identifier: MIT */
/* Just enough of protobuf's wire format and base64 to read the details of a Connect error, which
 * need not carry a JSON form of themselves. */
#ifndef API_WIRE_H
#define API_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

/* Bytes of one message; borrowed. */
struct wire {
	const unsigned char *at;
	size_t left;
};

/* The next length-delimited field (text, bytes, message); others are skipped. False at the end or
 * where the bytes are no message. ret_value is borrowed from the bytes. */
bool wire_next(struct wire *wire, unsigned *ret_number, struct wire *ret_value);

/* Adds the bytes of base64 text, padded or not, either alphabet. Errors: -EINVAL, -ENOMEM, -EFBIG.
 */
int wire_decode_base64(const char *text, struct buf *ret);

#endif
