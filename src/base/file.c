/* SPDX-License-Identifier: MIT */
/* Whole files on the local disk. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>

#define FILE_CHUNK 65536

int file_read(const char *path, struct buf *ret)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[FILE_CHUNK];
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		r = buf_add(ret, chunk, (size_t)n);
		if (r < 0)
			return r;
	}
	return 0;
}
