/* SPDX-License-Identifier: MIT */
/* Whole files on the local disk. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Adds the whole file to ret. Blocks on the disk. Errors: errno of open/read, -EFBIG past the
 * buffer's maximum. */
int file_read(const char *path, struct buf *ret);
/* Replaces the file by these bytes so that after a crash there is the old or the new text, whole:
 * temporary file beside it, fsync, rename, fsync of the directory. mode for the new file. Blocks on
 * the disk. */
int file_replace(const char *path, const void *bytes, size_t len, unsigned mode);

#endif
