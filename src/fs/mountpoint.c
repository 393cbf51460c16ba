/* SPDX-License-Identifier: MIT */
/* Checks a mountpoint before the mount: a dead mount of ours is detached, a live one is left alone.
 */
#include "fs/mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include "base/apart.h"
#include "base/clock.h"
#include "base/command.h"
#include "base/file.h"

#define MOUNTINFO_MAX	(64u << 20)
#define PROBE_MS	2000
#define DETACH_MS	5000
#define STACKED_MAX	16 /* dead mounts on top of each other */
#define FUSERMOUNT_TALK 1024

/* The topmost mount at a path. */
struct mounted {
	int id;
	bool is_vpcfs;
	unsigned user_id;
};

/* Decodes \040 and the like in place (proc(5)). */
static void unescape(char *text)
{
	char *out = text;

	while (*text) {
		unsigned octal;

		if (sscanf(text, "\\%3o", &octal) == 1) {
			*out++ = (char)octal;
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* Reads a line of /proc/self/mountinfo, and cuts it up. Returns whether it is about the path. */
static bool take_line(char *line, const char *path, struct mounted *ret)
{
	char *rest = strstr(line, " - "), *point, *user;
	int id = 0, at = 0;

	if (!rest || sscanf(line, "%d %*s %*s %*s %n", &id, &at) < 1 || !at)
		return false;
	point = line + at;
	*rest = '\0';
	rest += 3;
	point[strcspn(point, " ")] = '\0';
	unescape(point);
	if (strcmp(point, path) != 0)
		return false;
	user = strstr(rest, "user_id=");
	*ret = (struct mounted){
		.id = id, .is_vpcfs = strncmp(rest, "fuse.vpcfs ", 11) == 0};
	if (!user || sscanf(user, "user_id=%u", &ret->user_id) != 1)
		ret->user_id = (unsigned)-1;
	return true;
}

/* Returns false if nothing is mounted there. */
static bool find_mounted(const char *path, struct mounted *ret)
{
	CLEANUP_BUF struct buf info = BUF_INIT(MOUNTINFO_MAX);
	char *at, *line;
	bool is_found = false;

	if (file_read("/proc/self/mountinfo", &info) < 0 || !info.data)
		return false;
	for (at = info.data; (line = strsep(&at, "\n"));)
		is_found = take_line(line, path, ret) || is_found;
	return is_found;
}

/* The path as the kernel lists it, found without asking the file system that may be mounted there.
 */
static char *resolve(const char *path)
{
	CLEANUP_FREE char *copy = strdup(path), *parent = NULL;
	const char *slash = copy ? strrchr(copy, '/') : NULL, *name;
	char target[2], *full = NULL;

	if (!slash)
		return NULL;
	name = slash + 1;
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		readlink(path, target, sizeof(target)) > 0)
		return realpath(path, NULL);
	copy[slash - copy] = '\0';
	parent = realpath(*copy ? copy : "/", NULL);
	if (!parent || asprintf(&full, "%s/%s", strcmp(parent, "/") == 0 ? "" : parent,
			       path + (name - copy)) < 0)
		return NULL;
	return full;
}

/* statfs always asks the driver; stat may get its answer from the kernel after the driver is dead.
 * Safe in a signal handler, as apart_run requires. */
static int look_at(const void *path, int fd)
{
	struct statfs st;

	return statfs(path, &st) == 0 ? 0 : -errno;
}

/* Detaches by descriptor, so that it cannot hit a newer mount. An ordinary user needs fusermount3,
 * which takes a path. */
static int detach(const char *path, const struct mounted *mounted, struct err *err)
{
	CLEANUP_CLOSE int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char *argv[] = {(char *)"fusermount3", (char *)"-u", (char *)"-z", (char *)"-q",
		(char *)"--", (char *)path, NULL};
	struct command command = {.argv = argv, .timeout_ms = DETACH_MS, .stop_fd = -1};
	char self[64], talk[FUSERMOUNT_TALK];
	struct mounted now;
	size_t len;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (fd >= 0 && umount2(self, MNT_DETACH) == 0)
		return 0;
	if (!find_mounted(path, &now) || now.id != mounted->id)
		return 0; /* another process has detached it: look again */
	return command_run(&command, talk, sizeof(talk), &len, err);
}

static int check_vpcfs(const char *path, const struct mounted *mounted, struct err *err)
{
	uint64_t deadline_ms = clock_mono_ms() + PROBE_MS;
	int r = apart_run(look_at, path, deadline_ms, NULL);

	if (r == -ECONNABORTED) /* the driver ended while it had the question */
		r = apart_run(look_at, path, deadline_ms, NULL);
	if (r != -ENOTCONN)
		return err_set(err, EBUSY,
			"%s: a vpcfs is mounted here already; unmount it first: "
			"fusermount3 -u "
			"%s",
			path, path);
	if (mounted->user_id != geteuid())
		return err_set(err, ENOTCONN,
			"%s: a dead mount of user %u is here; clear it as that user: "
			"fusermount3 -u %s",
			path, mounted->user_id, path);
	return detach(path, mounted, err);
}

static int check_directory(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode)
			       ? 0
			       : err_set(err, ENOTDIR,
					 "%s: a directory is needed to mount on", path);
	if (errno == ENOTCONN)
		return err_set(err, ENOTCONN,
			"%s: a dead mount is here; clear it: fusermount3 -u %s", path,
			path);
	if (errno == ENOENT)
		return err_set(err, ENOENT,
			"%s: no such directory; create it first: mkdir %s", path, path);
	return err_set(err, errno, "%s: cannot be mounted on: %s", path, strerror(errno));
}

/* The N of /dev/fd/N, or -1. */
static int descriptor_of(const char *path)
{
	int fd = -1, end = 0;

	return sscanf(path, "/dev/fd/%d%n", &fd, &end) == 1 && !path[end] ? fd : -1;
}

bool mountpoint_is_descriptor(const char *path)
{
	return descriptor_of(path) >= 0;
}

int mountpoint_prepare(const char *path, struct err *err)
{
	CLEANUP_FREE char *full = NULL;
	struct mounted mounted;
	int r = 0;

	if (descriptor_of(path) >= 0)
		return fcntl(descriptor_of(path), F_GETFD) >= 0
			       ? 0
			       : err_set(err, EBADF, "%s: there is no such descriptor",
					 path);
	full = resolve(path);
	for (int i = 0; full && r == 0 && i < STACKED_MAX; i++) {
		if (!find_mounted(full, &mounted) || !mounted.is_vpcfs)
			break;
		r = check_vpcfs(full, &mounted, err);
	}
	return r < 0 ? r : check_directory(path, err);
}
