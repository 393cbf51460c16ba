/* SPDX-License-Identifier: MIT */
/* Bodies as gzip, and back. */
#ifndef EMULATOR_GZIP_H
#define EMULATOR_GZIP_H

#include "text.h"

/* The bytes as gzip, made at the first call: a reference of its own, NULL without memory. */
struct text *gzip_text(struct text *t);

/* Adds the bytes that were compressed. Errors: -EBADMSG (not gzip, or cut), -EFBIG (more than ret
 * takes), -ENOMEM; ret may then hold a part of them. */
int gzip_unpack(const void *bytes, size_t len, struct buf *ret);

#endif
