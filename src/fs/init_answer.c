/* SPDX-License-Identifier: MIT */
/* Adds FUSE_PARALLEL_DIROPS to the answer to INIT. libfuse before 3.17 leaves it out, although it
 * offers the capability and reports it as enabled (libfuse pull request 861). Without it the kernel
 * runs one look-up or listing at a time in each directory, and a caller that waits behind one that
 * hangs gets no signals (fs/fuse/inode.c, fuse_lock_inode). */
#include <errno.h>
#include <linux/fuse.h>
#include <sys/uio.h>
#include "session.h"

#define VERSION_MENDED FUSE_MAKE_VERSION(3, 17)

/* The first answer is the one to INIT. */
static void amend(struct fs *fs, struct iovec *iov, int count)
{
	const struct fuse_out_header *head = iov[0].iov_base;
	struct fuse_init_out *out;

	if (!head->unique || !atomic_load(&fs->init_flags))
		return;
	if (!head->error && count > 1 &&
		iov[1].iov_len >= offsetof(struct fuse_init_out, max_background)) {
		out = iov[1].iov_base;
		out->flags |= atomic_load(&fs->init_flags);
	}
	atomic_store(&fs->init_flags, 0);
}

static ssize_t send_answer(int fd, struct iovec *iov, int count, void *arg)
{
	amend(arg, iov, count);
	return writev(fd, iov, count);
}

static ssize_t receive(int fd, void *buf, size_t len, void *arg)
{
	return read(fd, buf, len);
}

int init_answer_hook(struct fs *fs)
{
	static const struct fuse_custom_io io = {.writev = send_answer, .read = receive};

	if (fuse_version() >= VERSION_MENDED)
		return 0;
	return fuse_session_custom_io(fs->session, &io, fuse_session_fd(fs->session));
}

void init_answer_add(struct fs *fs, const struct fuse_conn_info *conn)
{
	if (conn->want & FUSE_CAP_PARALLEL_DIROPS)
		atomic_store(&fs->init_flags, FUSE_PARALLEL_DIROPS);
}
