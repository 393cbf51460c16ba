/* SPDX-License-Identifier: MIT */
/* The table of operations, and the capabilities that the mount asks the kernel for.
 *
 * libfuse answers operations that are not in the table with ENOSYS, and the kernel then never asks
 * again for the life of the mount. That is right only for these:
 *   access                   default_permissions: the kernel checks the attributes
 *   getlk, setlk, flock      locks stay in the kernel
 *   lseek                    SEEK_DATA, SEEK_HOLE: the kernel treats a file as data up to its size
 *   poll, bmap               regular files are always ready, and have no blocks
 *   write_buf, retrieve_reply  this driver does not need them */
#include "session.h"

static void op_init(void *arg, struct fuse_conn_info *conn)
{
	/* Asking for a capability that the kernel does not offer aborts the mount. */
	static const unsigned want = FUSE_CAP_ASYNC_READ | FUSE_CAP_ATOMIC_O_TRUNC |
				     FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO |
				     FUSE_CAP_PARALLEL_DIROPS;
	/* SPLICE: answers are small, so copying is cheaper. HANDLE_KILLPRIV: only the kernel knows
	 * when to remove setuid bits. */
	static const unsigned refuse = FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE |
				       FUSE_CAP_SPLICE_MOVE | FUSE_CAP_WRITEBACK_CACHE |
				       FUSE_CAP_POSIX_ACL | FUSE_CAP_HANDLE_KILLPRIV;
	struct fs *fs = arg;

	conn->want |= conn->capable & want;
	conn->want &= ~refuse;
	init_answer_add(fs, conn);
	/* A release is a background request and may wait for the network. With the default limit,
	 * twelve of them would stop all others, such as read-ahead. */
	conn->max_background = 128;
	if (fs->options.ready)
		fs->options.ready(fs->options.arg);
}

const struct fuse_lowlevel_ops fs_ops = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.forget_multi = op_forget_multi,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.readlink = op_readlink,
	.mknod = op_mknod,
	.mkdir = op_mkdir,
	.symlink = op_symlink,
	.link = op_link,
	.unlink = op_unlink,
	.rmdir = op_rmdir,
	.rename = op_rename,
	.open = op_open,
	.create = op_create,
	.read = op_read,
	.write = op_write,
	.flush = op_flush,
	.fsync = op_fsync,
	.release = op_release,
	.fallocate = op_fallocate,
	.copy_file_range = op_copy_file_range,
	.ioctl = op_ioctl,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
	.releasedir = op_releasedir,
	.fsyncdir = op_fsyncdir,
	.statfs = op_statfs,
	.setxattr = op_setxattr,
	.getxattr = op_getxattr,
	.listxattr = op_listxattr,
	.removexattr = op_removexattr,
};
