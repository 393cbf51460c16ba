/* SPDX-License-Identifier: MIT */
/* The mount: decodes each request of the kernel, makes one call of tree, replies, and unmounts at
 * the end.
 *
 * main calls, in this order: fs_block_signals (before it starts any thread), the start of http and
 * view, tree_new, fs_new, fs_mount, fs_run, fs_free, tree_free, the end of view and http. A daemon
 * forks before fs_block_signals and reports to its parent from the ready hook. */
#ifndef FS_FS_H
#define FS_FS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct fs;
struct tree;

struct fs_options {
	const char *mountpoint;	   /* absolute; the strings are borrowed until fs_free */
	const char *fsname;	   /* first column of /proc/mounts: the endpoint */
	const char *subtype;	   /* the file system's type is "fuse.SUBTYPE" */
	const char *mount_options; /* further -o options, comma-separated, or NULL */
	bool read_only;
	bool allow_other;
	/* Deadline of each operation, counted from when fs reads it from the kernel. */
	uint64_t timeout_ms;
	/* Called once, from a thread of fs, when the mount begins to answer. May be NULL. */
	void (*ready)(void *arg);
	/* Called on SIGHUP, from the thread of fs_run. May be NULL. */
	void (*reload)(void *arg);
	/* Called once, before fs_run returns, when the mount begins to end: all operations that
	 * wait for the network must return at once. Must not block. May be NULL. */
	void (*stopping)(void *arg);
	void *arg;
};

/* Blocks SIGTERM, SIGINT, SIGHUP and SIGQUIT in this thread and those that it will start, so that
 * fs_run can receive them; ignores SIGPIPE. */
void fs_block_signals(void);

/* tree is borrowed until fs_free. Errors: -ENOMEM, -EINVAL for a mount option that does not
 * exist. */
int fs_new(struct tree *tree, const struct fs_options *options, struct fs **ret,
	struct err *err);
/* Errors, with a sentence: -EIO (libfuse could not mount, and has logged why), -ENOMEM. */
int fs_mount(struct fs *fs, struct err *err);
/* Serves requests until the mount is gone, a signal ends it, or fs_stop is called. Then calls
 * stopping, waits for running operations to end, and unmounts. Blocks. Errors: -errno if it could
 * not start to serve. */
int fs_run(struct fs *fs);
/* Ends fs_run. May be called from any thread and from a signal handler. */
void fs_stop(struct fs *fs);
/* Unmounts if fs_run has not. The caller makes sure that no thread calls tree_change_* from now on.
 * fs may be NULL. */
void fs_free(struct fs *fs);

/* The version of libfuse. */
const char *fs_library_version(void);

#endif
