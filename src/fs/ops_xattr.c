/* SPDX-License-Identifier: MIT */
/* Operations on extended attributes. A request with size 0 asks how much space is needed. */
#include <errno.h>
#include "session.h"

void op_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value,
	size_t size, int flags)
{
	struct request rq;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	reply_err(&rq, tree_setxattr(rq.tree, ino, name, value, size, flags));
}

static void reply_sized(struct request *rq, int r, const struct buf *bytes, size_t size)
{
	if (r == 0 && size && bytes->len > size)
		r = -ERANGE;
	if (reply_failure(rq, r))
		return;
	if (!size)
		fuse_reply_xattr(rq->req, bytes->len);
	else
		fuse_reply_buf(rq->req, bytes->data, bytes->len);
}

void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	CLEANUP_BUF struct buf value = BUF_INIT(TREE_XATTR_MAX);
	struct request rq;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	reply_sized(&rq, tree_getxattr(rq.tree, ino, name, &value), &value, size);
}

void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	CLEANUP_BUF struct buf names = BUF_INIT(TREE_XATTR_MAX);
	struct request rq;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	reply_sized(&rq, tree_listxattr(rq.tree, ino, &names), &names, size);
}

void op_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name)
{
	struct request rq;

	request_begin(&rq, req, REQUEST_CHANGE, __func__);
	reply_err(&rq, tree_removexattr(rq.tree, ino, name));
}
