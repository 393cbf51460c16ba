/* SPDX-License-Identifier: MIT */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/buf.h"

/* Adds the text as a JSON string, with its quotes. NUL is taken; that the bytes are UTF-8 is the
 * caller's to know. Errors: -ENOMEM, -EFBIG (and part of it may be there). */
int quote_json(const char *text, size_t len, struct buf *ret);

#endif
