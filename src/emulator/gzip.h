/* SPDX-License-Identifier: MIT */
/* Bodies as gzip, and back. */
#ifndef EMULATOR_GZIP_H
#define EMULATOR_GZIP_H

#include "text.h"

/* The bytes as gzip, compressed at the first call. Returns a new reference, NULL without memory. */
struct text *gzip_text(struct text *t);

/* Appends the decompressed bytes to ret. Errors: -EBADMSG (not gzip, or cut), -EFBIG (more than ret
 * holds), -ENOMEM; ret may then hold a part of them. */
int gzip_unpack(const void *bytes, size_t len, struct buf *ret);

#endif
