/* SPDX-License-Identifier: MIT */
/* Operations on names and attributes: decode, one call, reply. */
#include "session.h"

void op_lookup(fuse_req_t req, fuse_ino_t dir, const char *name)
{
	struct request rq;
	struct tree_entry e;
	int r;

	request_begin(&rq, req, REQUEST_READ, __func__);
	rq.op.is_lookup = true;
	r = tree_lookup(rq.tree, &rq.op, dir, name, &e);
	reply_entry(&rq, r, &e);
}

void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
	struct fs *fs = fuse_req_userdata(req);

	tree_forget(fs->tree, ino, count);
	fuse_reply_none(req);
}

void op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	struct fs *fs = fuse_req_userdata(req);

	for (size_t i = 0; i < count; i++)
		tree_forget(fs->tree, forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(req);
}

void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct request rq;
	struct tree_entry e;
	int r;

	request_begin(&rq, req, REQUEST_READ, __func__);
	r = tree_getattr(rq.tree, &rq.op, ino, handle_of(fi), &e);
	reply_attr(&rq, r, &e);
}

static unsigned set_of(int fuse_set)
{
	static const struct {
		int from;
		unsigned to;
	} bits[] = {
		{FUSE_SET_ATTR_MODE, TREE_SET_MODE},
		{FUSE_SET_ATTR_UID, TREE_SET_UID},
		{FUSE_SET_ATTR_GID, TREE_SET_GID},
		{FUSE_SET_ATTR_SIZE, TREE_SET_SIZE},
		{FUSE_SET_ATTR_ATIME, TREE_SET_ATIME},
		{FUSE_SET_ATTR_MTIME, TREE_SET_MTIME},
		{FUSE_SET_ATTR_ATIME_NOW, TREE_SET_ATIME_NOW},
		{FUSE_SET_ATTR_MTIME_NOW, TREE_SET_MTIME_NOW},
		{FUSE_SET_ATTR_CTIME, TREE_SET_CTIME},
	};
	unsigned set = 0;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (fuse_set & bits[i].from)
			set |= bits[i].to;
	}
	return set;
}

void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int set,
	struct fuse_file_info *fi)
{
	struct request rq;
	struct tree_entry e;
	int r;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	r = tree_setattr(rq.tree, &rq.op, ino, handle_of(fi), attr, set_of(set), &e);
	reply_attr(&rq, r, &e);
}

void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
	CLEANUP_BUF struct buf target = BUF_INIT(TREE_TEXT_MAX);
	struct request rq;
	int r;

	request_begin(&rq, req, REQUEST_READ, __func__);
	r = tree_readlink(rq.tree, &rq.op, ino, &target);
	if (!reply_failure(&rq, r))
		fuse_reply_readlink(req, buf_str(&target));
}

void op_mknod(fuse_req_t req, fuse_ino_t dir, const char *name, mode_t mode, dev_t dev)
{
	struct request rq;
	struct tree_entry e;
	int r;

	request_begin(&rq, req, REQUEST_NAME, __func__);
	r = tree_mknod(rq.tree, &rq.op, dir, name, mode, &e);
	reply_entry(&rq, r, &e);
}

void op_mkdir(fuse_req_t req, fuse_ino_t dir, const char *name, mode_t mode)
{
	struct request rq;
	struct tree_entry e;
	int r;

	request_begin(&rq, req, REQUEST_NAME, __func__);
	r = tree_mkdir(rq.tree, &rq.op, dir, name, mode, &e);
	reply_entry(&rq, r, &e);
}

void op_symlink(fuse_req_t req, const char *target, fuse_ino_t dir, const char *name)
{
	struct request rq;
	struct tree_entry e;
	int r;

	request_begin(&rq, req, REQUEST_NAME, __func__);
	r = tree_symlink(rq.tree, &rq.op, dir, name, target, &e);
	reply_entry(&rq, r, &e);
}

void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t dir, const char *name)
{
	struct request rq;
	struct tree_entry e;
	int r;

	request_begin(&rq, req, REQUEST_NAME, __func__);
	r = tree_link(rq.tree, &rq.op, ino, dir, name, &e);
	reply_entry(&rq, r, &e);
}

void op_unlink(fuse_req_t req, fuse_ino_t dir, const char *name)
{
	struct request rq;

	request_begin(&rq, req, REQUEST_NAME, __func__);
	reply_err(&rq, tree_unlink(rq.tree, &rq.op, dir, name));
}

void op_rmdir(fuse_req_t req, fuse_ino_t dir, const char *name)
{
	struct request rq;

	request_begin(&rq, req, REQUEST_NAME, __func__);
	reply_err(&rq, tree_rmdir(rq.tree, &rq.op, dir, name));
}

void op_rename(fuse_req_t req, fuse_ino_t dir, const char *name, fuse_ino_t new_dir,
	const char *new_name, unsigned flags)
{
	struct request rq;

	request_begin(&rq, req, REQUEST_NAME, __func__);
	reply_err(&rq, tree_rename(rq.tree, &rq.op, dir, name, new_dir, new_name, flags));
}
