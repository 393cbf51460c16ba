/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include "base/buf.h"

/* Appends the bytes in the standard alphabet, with '=' padding if padded. Errors: -ENOMEM, -EFBIG;
 * ret is then unchanged. */
int base64_encode(const void *bytes, size_t len, bool padded, struct buf *ret);

/* Decodes a text in the standard or the URL-safe alphabet, padded or not, and appends the bytes.
 * Errors: -EINVAL (a character of neither alphabet, wrong padding, a single character left over),
 * -ENOMEM, -EFBIG; ret is then unchanged. */
int base64_decode(const char *text, size_t len, struct buf *ret);

#endif
