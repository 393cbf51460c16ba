/* SPDX-License-Identifier: MIT */
/* Logs a debug message for each request of the kernel: operation, time, errno, and the number of
 * API calls made for it. The worker reads the operation from the kernel's header; the handler, on
 * the same thread, adds the result. */
#include <linux/fuse.h>
#include <string.h>
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "session.h"

static const char *const names[] = {
	[FUSE_LOOKUP] = "lookup",
	[FUSE_FORGET] = "forget",
	[FUSE_GETATTR] = "getattr",
	[FUSE_SETATTR] = "setattr",
	[FUSE_READLINK] = "readlink",
	[FUSE_SYMLINK] = "symlink",
	[FUSE_MKNOD] = "mknod",
	[FUSE_MKDIR] = "mkdir",
	[FUSE_UNLINK] = "unlink",
	[FUSE_RMDIR] = "rmdir",
	[FUSE_RENAME] = "rename",
	[FUSE_LINK] = "link",
	[FUSE_OPEN] = "open",
	[FUSE_READ] = "read",
	[FUSE_WRITE] = "write",
	[FUSE_STATFS] = "statfs",
	[FUSE_RELEASE] = "release",
	[FUSE_FSYNC] = "fsync",
	[FUSE_SETXATTR] = "setxattr",
	[FUSE_GETXATTR] = "getxattr",
	[FUSE_LISTXATTR] = "listxattr",
	[FUSE_REMOVEXATTR] = "removexattr",
	[FUSE_FLUSH] = "flush",
	[FUSE_INIT] = "init",
	[FUSE_OPENDIR] = "opendir",
	[FUSE_READDIR] = "readdir",
	[FUSE_RELEASEDIR] = "releasedir",
	[FUSE_FSYNCDIR] = "fsyncdir",
	[FUSE_ACCESS] = "access",
	[FUSE_CREATE] = "create",
	[FUSE_INTERRUPT] = "interrupt",
	[FUSE_DESTROY] = "destroy",
	[FUSE_IOCTL] = "ioctl",
	[FUSE_POLL] = "poll",
	[FUSE_BATCH_FORGET] = "batch_forget",
	[FUSE_FALLOCATE] = "fallocate",
	[FUSE_READDIRPLUS] = "readdirplus",
	[FUSE_RENAME2] = "rename2",
	[FUSE_LSEEK] = "lseek",
	[FUSE_COPY_FILE_RANGE] = "copy_file_range",
};

void trace_begin(struct fs *fs, const struct fuse_buf *buf, struct trace *ret)
{
	struct fuse_in_header head;

	*ret = (struct trace){.is_on = false};
	if (!log_has(LOG_LEVEL_DEBUG) || (buf->flags & FUSE_BUF_IS_FD) ||
		buf->size < sizeof(head))
		return;
	memcpy(&head, buf->mem, sizeof(head));
	*ret = (struct trace){.is_on = true,
		.opcode = head.opcode,
		.node = head.nodeid,
		.pid = (pid_t)head.pid,
		.begun_us = clock_mono_us()};
	pthread_setspecific(fs->trace_key, ret);
}

void trace_end(struct fs *fs, const struct trace *trace)
{
	const char *name;

	if (!trace->is_on)
		return;
	pthread_setspecific(fs->trace_key, NULL);
	name = trace->opcode < ARRAY_LEN(names) ? names[trace->opcode] : NULL;
	log_debug("request %s node=%llu pid=%d ms=%.3f errno=%s calls=%u",
		name ? name : "other", (unsigned long long)trace->node, (int)trace->pid,
		(double)(clock_mono_us() - trace->begun_us) / 1e3, err_name(trace->errnum),
		trace->calls);
}
