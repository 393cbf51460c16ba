/* SPDX-License-Identifier: MIT */
/* Operations on open files. All of them use direct I/O: a handle reads its own text, and no byte is
 * ever only in the kernel. */
#include <errno.h>
#include <fcntl.h>
#include "session.h"

static void fill_info(struct fuse_file_info *fi, const struct tree_open *open)
{
	fi->fh = (uint64_t)(uintptr_t)open->handle;
	fi->direct_io = 1;
	fi->keep_cache = 0;
	/* A flush can send a writer's text and return its errors; a reader has nothing to send. */
	fi->noflush = (fi->flags & O_ACCMODE) == O_RDONLY;
}

void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	bool reads = (fi->flags & O_ACCMODE) == O_RDONLY;
	struct tree_open open;
	struct request rq;
	int r;

	request_begin(&rq, req, reads ? REQUEST_READ : REQUEST_CHANGE, __func__);
	rq.op.is_reading = reads;
	r = tree_open(rq.tree, &rq.op, ino, fi->flags, &open);
	if (reply_failure(&rq, r))
		return;
	fill_info(fi, &open);
	rq.op.cancel = NULL;
	/* The caller is gone, so no RELEASE will come for the handle. */
	if (fuse_reply_open(req, fi) == -ENOENT)
		tree_release(open.handle, &rq.op);
}

void op_create(fuse_req_t req, fuse_ino_t dir, const char *name, mode_t mode,
	struct fuse_file_info *fi)
{
	struct fuse_entry_param param;
	struct tree_entry e;
	struct tree_open open;
	struct request rq;
	int r;

	request_begin(&rq, req, REQUEST_NAME, __func__);
	r = tree_create(rq.tree, &rq.op, dir, name, mode, fi->flags, &e, &open);
	if (reply_failure(&rq, r))
		return;
	fill_info(fi, &open);
	entry_param(&e, tree_lease_begin(rq.tree, rq.generation), &param);
	r = fuse_reply_create(req, &param, fi);
	tree_lease_end(rq.tree);
	if (r == -ENOENT) {
		tree_release(open.handle, &rq.op);
		tree_forget(rq.tree, e.id, 1);
	}
}

void op_read(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	CLEANUP_BUF struct buf bytes = BUF_INIT(size);
	struct request rq;
	int r;

	request_begin(&rq, req, REQUEST_READ, __func__);
	r = tree_read(handle_of(fi), &rq.op, (uint64_t)off, size, &bytes);
	reply_buf(&rq, r, &bytes);
}

void op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t off,
	struct fuse_file_info *fi)
{
	struct request rq;
	int r;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	r = tree_write(
		handle_of(fi), &rq.op, (uint64_t)off, bytes, size, fi->flags & O_APPEND);
	if (!reply_failure(&rq, r))
		fuse_reply_write(req, size);
}

void op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct request rq;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	reply_err(&rq, tree_flush(handle_of(fi), &rq.op));
}

void op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
	struct request rq;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	reply_err(&rq, tree_fsync(handle_of(fi), &rq.op));
}

void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct request rq;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	tree_release(handle_of(fi), &rq.op);
	reply_err(&rq, 0);
}

void op_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t off, off_t len,
	struct fuse_file_info *fi)
{
	struct request rq;
	int r = off < 0 || len < 0 ? -EINVAL : 0;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	if (r == 0)
		r = tree_fallocate(handle_of(fi), mode, (uint64_t)off, (uint64_t)len);
	reply_err(&rq, r);
}

/* On EOPNOTSUPP the kernel copies with read and write. It would remember ENOSYS for the life of the
 * mount. */
void op_copy_file_range(fuse_req_t req, fuse_ino_t in, off_t off_in,
	struct fuse_file_info *fi_in, fuse_ino_t out, off_t off_out,
	struct fuse_file_info *fi_out, size_t len, int flags)
{
	fuse_reply_err(req, EOPNOTSUPP);
}

/* python and sed call isatty(3), which arrives here. */
void op_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned cmd, void *arg,
	struct fuse_file_info *fi, unsigned flags, const void *in, size_t in_size,
	size_t out_size)
{
	fuse_reply_err(req, ENOTTY);
}
