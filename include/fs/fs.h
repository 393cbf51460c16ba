/* SPDX-License-Identifier: MIT */
/* The mount: decodes the kernel's requests, one call of tree each, replies, and ends well.
 *
 * In main, in this order: fs_block_signals (before any thread), http and view up, tree_new,
 * fs_new, fs_mount, fs_run, fs_free, tree_free, view and http down. A daemon forks before
 * fs_block_signals, and tells its parent from the ready hook. */
#ifndef FS_FS_H
#define FS_FS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct fs;
struct tree;

struct fs_options {
	const char *mountpoint; /* absolute; the strings are borrowed until fs_free */
	const char *fsname;  /* first column of /proc/mounts: the endpoint; NULL: "vpcfs" */
	const char *subtype; /* NULL: "vpcfs" */
	const char *mount_options; /* further -o options, comma-separated, or NULL */
	bool read_only;
	bool allow_other;
	bool debug; /* a message for each request, at the level debug */
	/* Deadline of each operation, counted from when it was taken from the kernel. */
	uint64_t timeout_ms;
	/* Operations at once; 0: 400. */
	unsigned threads_max;
	/* The mount answers from now on. From a thread of fs, once; may be NULL. */
	void (*ready)(void *arg);
	/* SIGHUP came. From the thread of fs_run; may be NULL. */
	void (*reload)(void *arg);
	/* The end has begun: whoever waits for the network must return at once. Called once,
	 * before fs_run returns; may be NULL; must not block. */
	void (*stopping)(void *arg);
	void *arg;
};

/* Blocks SIGTERM, SIGINT, SIGHUP and SIGQUIT in this thread and those it will start (fs_run
 * takes them), ignores SIGPIPE. */
void fs_block_signals(void);

/* tree is borrowed until fs_free. Errors: -ENOMEM, -EINVAL for a mount option that does not
 * exist. */
int fs_new(struct tree *tree, const struct fs_options *options, struct fs **ret,
	struct err *err);
/* Errors: -EIO, and a sentence with what libfuse said. */
int fs_mount(struct fs *fs, struct err *err);
/* Serves until the mount is gone, a signal that ends it comes or fs_stop; then calls stopping, lets
 * running operations end, unmounts. Blocks. */
int fs_run(struct fs *fs);
/* Any thread, also a signal handler. */
void fs_stop(struct fs *fs);
/* Unmounts when fs_run did not. From here nobody may change what the tree shows. NULL is fine. */
void fs_free(struct fs *fs);

/* Of libfuse. */
const char *fs_library_version(void);

#endif
