/* SPDX-License-Identifier: MIT */
/* Reads files and directories of a mount, each in a process of its own. */
#include "look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/apart.h"
#include "base/file.h"

#define TEXT_MAX   (16u << 20)
#define NESTED_MAX 32

static int join(const char *dir, const char *name, char ret[PATH_MAX])
{
	return snprintf(ret, PATH_MAX, "%s/%s", dir, name) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int write_bytes(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static int look_read_file(const void *path, int fd)
{
	CLEANUP_BUF struct buf text = BUF_INIT(TEXT_MAX);
	int r = file_read(path, &text);

	return r < 0 ? r : write_bytes(fd, buf_str(&text), text.len);
}

static int list_directory(const void *path, int fd)
{
	DIR *dir = opendir(path);
	int r;

	if (!dir)
		return -errno;
	errno = 0;
	while (readdir(dir))
		;
	r = -errno;
	closedir(dir);
	return r;
}

/* prefix is put before each path: "", or a path with a trailing slash. */
static int walk(const char *path, const char *prefix, unsigned nested, struct buf *ret)
{
	struct dirent *entry;
	DIR *dir = opendir(path);
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir))) {
		char child[PATH_MAX], name[PATH_MAX];
		struct stat st;
		bool is_dir;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = join(path, entry->d_name, child);
		if (r == 0 && lstat(child, &st) < 0)
			continue; /* it is gone by now */
		is_dir = r == 0 && S_ISDIR(st.st_mode);
		snprintf(name, sizeof(name), "%.*s%s%s", PATH_MAX / 2, prefix,
			entry->d_name, is_dir ? "/" : "");
		if (r == 0 && !is_dir)
			r = buf_addf(ret, "%s\n", name);
		else if (is_dir && nested < NESTED_MAX)
			r = walk(child, name, nested + 1, ret);
	}
	closedir(dir);
	return r;
}

static int walk_directory(const void *path, int fd)
{
	CLEANUP_BUF struct buf paths = BUF_INIT(TEXT_MAX);
	int r = walk(path, "", 0, &paths);

	return r < 0 ? r : write_bytes(fd, buf_str(&paths), paths.len);
}

static int look(int (*fn)(const void *path, int fd), const char *mountpoint,
	const char *name, uint64_t deadline_ms, struct buf *ret)
{
	char path[PATH_MAX];
	int r = join(mountpoint, name, path);

	return r < 0 ? r : apart_run(fn, path, deadline_ms, ret);
}

int look_read(
	const char *mountpoint, const char *name, uint64_t deadline_ms, struct buf *ret)
{
	return look(look_read_file, mountpoint, name, deadline_ms, ret);
}

int look_list(const char *mountpoint, const char *name, uint64_t deadline_ms)
{
	return look(list_directory, mountpoint, name, deadline_ms, NULL);
}

int look_walk(
	const char *mountpoint, const char *name, uint64_t deadline_ms, struct buf *ret)
{
	return look(walk_directory, mountpoint, name, deadline_ms, ret);
}
