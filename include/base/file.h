/* SPDX-License-Identifier: MIT */
/* Whole files on the local disk. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Appends the whole file to ret. Blocks on the disk. Errors: those of open(2) and read(2), -ENOMEM,
 * -EFBIG past the buffer's maximum. On failure ret may hold a part of the file. */
int file_read(const char *path, struct buf *ret);

#endif
