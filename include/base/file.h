/* SPDX-License-Identifier: MIT */
/* Whole files on the local disk. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Adds the whole file to ret. Blocks on the disk. Errors: errno of open/read, -EFBIG past the
 * buffer's maximum. */
int file_read(const char *path, struct buf *ret);

#endif
