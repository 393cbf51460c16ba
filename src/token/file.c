/* SPDX-License-Identifier: MIT */
/* The token in a file. The checks use the open descriptor, not the name, which may lead to another
 * file by then. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MODES_OTHERS 007
#define MODES_GROUP  070
#define MODE_GROUP   0440 /* the mode of a Kubernetes Secret with fsGroup */
#define GROUPS_MAX   NGROUPS_MAX

/* Whether this process is in the group. */
static bool is_own_group(gid_t gid)
{
	gid_t groups[GROUPS_MAX];
	int count = getgroups(GROUPS_MAX, groups);

	for (int i = 0; i < count; i++) {
		if (groups[i] == gid)
			return true;
	}
	return gid == getegid();
}

/* Whether the mode gives somebody access who must not see the token. */
static bool is_open_to_others(const struct token_file *file, const struct stat *st)
{
	if (file->is_credential)
		return st->st_mode & MODES_OTHERS;
	if ((st->st_mode & 0777) == MODE_GROUP && is_own_group(st->st_gid))
		return false;
	return st->st_mode & (MODES_OTHERS | MODES_GROUP);
}

static int token_check_file(
	const struct token_file *file, const struct stat *st, struct err *err)
{
	const char *path = file->path;

	if (!S_ISREG(st->st_mode))
		return err_set(err, EINVAL, "token file %s: not a regular file", path);
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return err_set(err, EACCES,
			"token file %s: it belongs to user %u, neither to you nor to root",
			path, (unsigned)st->st_uid);
	if (is_open_to_others(file, st))
		return err_set(err, EACCES,
			"token file %s: mode %04o gives others access; chmod 600 it, and "
			"consider getting a new token",
			path, (unsigned)(st->st_mode & 07777));
	return 0;
}

static int token_open_failed(const char *path, int errnum, struct err *err)
{
	int as = errnum == ENOENT || errnum == ENOTDIR ? ENOENT
		 : errnum == EACCES || errnum == EPERM ? EACCES
						       : EINVAL;

	return err_set(err, as, "token file %s: %s", path, strerror(errnum));
}

/* Reads up to size bytes. Returns their number, or -errno. */
static ssize_t token_read_all(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < size) {
		n = read(fd, text + len, size - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	return n < 0 ? -errno : (ssize_t)len;
}

int token_file_read(struct token_file *file, struct secret *ret, struct err *err)
{
	CLEANUP_CLOSE int fd =
		open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[SECRET_MAX + 64], from[ERR_TEXT_MAX / 2];
	struct stat st;
	ssize_t len;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return token_open_failed(file->path, errno, err);
	r = token_check_file(file, &st, err);
	if (r < 0)
		return r;
	len = token_read_all(fd, text, sizeof(text));
	if (len < 0)
		return token_open_failed(file->path, (int)-len, err);
	snprintf(from, sizeof(from), "token file %s", file->path);
	r = token_check_text(from, text, (size_t)len, ret, err);
	explicit_bzero(text, sizeof(text));
	if (r == 0)
		file->seen = st;
	return r;
}

bool token_file_is_changed(const struct token_file *file)
{
	const struct stat *seen = &file->seen;
	struct stat now;

	return stat(file->path, &now) < 0 || now.st_ino != seen->st_ino ||
	       now.st_dev != seen->st_dev || now.st_size != seen->st_size ||
	       now.st_mtim.tv_sec != seen->st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec ||
	       now.st_ctim.tv_sec != seen->st_ctim.tv_sec ||
	       now.st_ctim.tv_nsec != seen->st_ctim.tv_nsec;
}
