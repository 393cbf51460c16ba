/* SPDX-License-Identifier: MIT */
/* A text as a JSON string (RFC 8259, section 7). */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/buf.h"

/* Appends the text as a JSON string, with its quotes. The text may contain NUL. The caller makes
 * sure that it is UTF-8. Errors: -ENOMEM, -EFBIG; ret may then hold a part of the string. */
int quote_json(const char *text, size_t len, struct buf *ret);

#endif
