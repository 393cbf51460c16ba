/* SPDX-License-Identifier: MIT */
/* Makes, mounts and frees a session. */
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include "base/log.h"
#include "fs/mountpoint.h"

#define OPTIONS_MAX 65536

static void log_fuse(enum fuse_log_level level, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\n")] = '\0';
	if (*text)
		log_say(level <= FUSE_LOG_ERR ? LOG_LEVEL_ERROR : LOG_LEVEL_DEBUG, "%s",
			text);
}

/* Escapes commas and backslashes, which libfuse would not take as a part of the value. */
static int add_value(struct buf *b, const char *key, const char *value)
{
	int r = buf_addf(b, ",%s=", key);

	for (; *value && r == 0; value++) {
		if (*value == ',' || *value == '\\')
			r = buf_addc(b, '\\');
		if (r == 0)
			r = buf_addc(b, *value);
	}
	return r;
}

static int add_options(struct buf *b, const struct fs_options *o)
{
	int r = buf_adds(b, "-odefault_permissions,nosuid,nodev");

	if (r == 0)
		r = add_value(b, "fsname", o->fsname);
	if (r == 0)
		r = add_value(b, "subtype", o->subtype);
	if (r == 0 && o->read_only)
		r = buf_adds(b, ",ro");
	if (r == 0 && o->allow_other)
		r = buf_adds(b, ",allow_other");
	/* Another program chose how the kernel mounted it; libfuse then refuses other users. */
	if (r == 0 && !o->allow_other && mountpoint_is_descriptor(o->mountpoint))
		r = buf_adds(b, ",allow_root");
	if (r == 0 && o->mount_options && *o->mount_options)
		r = buf_addf(b, ",%s", o->mount_options);
	return r;
}

static int session_new(struct fs *fs, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT(OPTIONS_MAX);
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	int r = add_options(&text, &fs->options);

	if (r == 0 && (fuse_opt_add_arg(&args, "vpcfs") < 0 ||
			      fuse_opt_add_arg(&args, buf_str(&text)) < 0))
		r = -ENOMEM;
	if (r == 0) {
		fs->session = fuse_session_new(&args, &fs_ops, sizeof(fs_ops), fs);
		if (!fs->session)
			r = err_set(err, EINVAL, "libfuse refuses a mount option of: %s",
				buf_str(&text) + 2);
	}
	fuse_opt_free_args(&args);
	return r;
}

/* Makes the kernel drop stale attributes, on the thread that learnt of the change.
 *
 * With a negative offset the notice takes no lock that a request can hold, and the kernel discards
 * attributes from answers to earlier requests (fs/fuse/inode.c, fuse_reverse_inval_inode). Notices
 * about names and pages do take such locks, so we send none. */
static void drop_attr(void *arg, uint64_t id)
{
	struct fs *fs = arg;

	fuse_lowlevel_notify_inval_inode(fs->session, id, -1, 0);
}

int fs_new(struct tree *tree, const struct fs_options *options, struct fs **ret,
	struct err *err)
{
	struct fs *fs = calloc(1, sizeof(*fs));
	int r;

	if (!fs)
		return err_set(err, ENOMEM, "out of memory");
	fs->options = *options;
	fs->tree = tree;
	if (pthread_key_create(&fs->trace_key, NULL) != 0) {
		free(fs);
		return err_set(err, EAGAIN, "no key for thread-specific data is left");
	}
	pthread_mutex_init(&fs->lock, NULL);
	fs->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	fuse_set_log_func(log_fuse);
	r = fs->wake_fd < 0 ? err_set(err, errno, "eventfd: %s", strerror(errno))
			    : session_new(fs, err);
	if (r < 0) {
		fs_free(fs);
		return r;
	}
	*ret = fs;
	return 0;
}

int fs_mount(struct fs *fs, struct err *err)
{
	if (fuse_session_mount(fs->session, fs->options.mountpoint) != 0)
		return err_set(err, EIO, "cannot mount on %s", fs->options.mountpoint);
	return init_answer_hook(fs) < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

int fs_run(struct fs *fs)
{
	int r;

	fs->notifier = (struct tree_notifier){.attr = drop_attr, .arg = fs};
	tree_set_notifier(fs->tree, &fs->notifier);
	r = fs_loop(fs);
	fuse_session_unmount(fs->session);
	return r;
}

void fs_free(struct fs *fs)
{
	if (!fs)
		return;
	if (fs->session)
		fuse_session_unmount(fs->session); /* does nothing a second time */
	tree_set_notifier(fs->tree, NULL);
	if (fs->session)
		fuse_session_destroy(fs->session);
	if (fs->wake_fd >= 0)
		close(fs->wake_fd);
	pthread_key_delete(fs->trace_key);
	pthread_mutex_destroy(&fs->lock);
	free(fs);
}

const char *fs_library_version(void)
{
	return fuse_pkgversion();
}
