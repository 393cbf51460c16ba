/* SPDX-License-Identifier: MIT */
/* Bytes as text (RFC 4648). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include "base/buf.h"

/* Adds the standard alphabet's text, filled up with '=' when padded. Errors: -ENOMEM, -EFBIG. */
int base64_encode(const void *bytes, size_t len, bool padded, struct buf *ret);

/* Adds the bytes of a text in either alphabet, padded or not. Errors: -EINVAL for anything else (a
 * character of neither, wrong padding, a last character alone), -ENOMEM, -EFBIG; ret is as it was.
 */
int base64_decode(const char *text, size_t len, struct buf *ret);

#endif
