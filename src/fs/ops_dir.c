/* SPDX-License-Identifier: MIT */
/* Operations on open directories. tree counts a lookup for every entry of a readdirplus answer. If
 * the answer is not delivered, they must be taken back, so the page remembers its ids. */
#include <errno.h>
#include <stdlib.h>
#include "session.h"

#define STATFS_FILES 1000000

struct page {
	fuse_req_t req;
	char *bytes; /* owned */
	size_t size, used;
	bool plus, has_lease;
	struct buf ids; /* of uint64_t: the lookups counted for this page */
};

static struct dir_list *list_of(const struct fuse_file_info *fi)
{
	return (struct dir_list *)(uintptr_t)fi->fh;
}

void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct dir_list *list;
	struct request rq;
	int r;

	request_begin(&rq, req, REQUEST_READ, __func__);
	rq.op.is_reading = true;
	r = tree_opendir(rq.tree, &rq.op, ino, &list);
	if (reply_failure(&rq, r))
		return;
	fi->fh = (uint64_t)(uintptr_t)list;
	if (fuse_reply_open(req, fi) == -ENOENT)
		tree_closedir(list);
}

static bool page_fill(
	void *arg, const char *name, const struct tree_entry *e, uint64_t next_off)
{
	struct page *p = arg;
	char *at = p->bytes + p->used;
	size_t left = p->size - p->used, need;

	if (p->plus) {
		struct fuse_entry_param param;

		entry_param(e, p->has_lease, &param);
		need = fuse_add_direntry_plus(
			p->req, at, left, name, &param, (off_t)next_off);
	} else {
		need = fuse_add_direntry(p->req, at, left, name, &e->attr, (off_t)next_off);
	}
	if (need > left || (e->id && buf_add(&p->ids, &e->id, sizeof(e->id)) < 0))
		return false;
	p->used += need;
	return true;
}

static void page_forget(struct page *p, struct tree *tree)
{
	const uint64_t *ids = (const void *)p->ids.data;

	for (size_t i = 0; i < p->ids.len / sizeof(*ids); i++)
		tree_forget(tree, ids[i], 1);
}

/* Fills and sends the page under one lease, so that no attribute in it changes in between. */
static void send_page(struct page *p, struct request *rq, struct dir_list *list, off_t off)
{
	int r;

	p->has_lease = tree_lease_begin(rq->tree, tree_generation(rq->tree));
	r = tree_readdir(list, (uint64_t)off, p->plus, page_fill, p);
	/* Entries that were filled are sent; the reader gets the error with its next request. */
	if (reply_failure(rq, p->used ? 0 : r) ||
		fuse_reply_buf(rq->req, p->bytes, p->used) == -ENOENT)
		page_forget(p, rq->tree);
	tree_lease_end(rq->tree);
}

static void read_page(
	fuse_req_t req, size_t size, off_t off, struct fuse_file_info *fi, bool plus)
{
	struct page p = {.req = req,
		.bytes = malloc(size),
		.size = size,
		.plus = plus,
		/* Enough: an entry takes more bytes of the answer than its id takes here. */
		.ids = BUF_INIT(size)};
	struct request rq;
	int r = -ENOMEM;

	request_begin(&rq, req, REQUEST_READ, __func__);
	rq.op.is_reading = true;
	if (p.bytes)
		r = tree_readdir_begin(list_of(fi), &rq.op, (uint64_t)off);
	if (r < 0)
		reply_err(&rq, r);
	else
		send_page(&p, &rq, list_of(fi), off);
	free(p.bytes);
	buf_release(&p.ids);
}

void op_readdir(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	read_page(req, size, off, fi, false);
}

void op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	read_page(req, size, off, fi, true);
}

void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	tree_closedir(list_of(fi));
	fuse_reply_err(req, 0);
}

void op_fsyncdir(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
	fuse_reply_err(req, 0);
}

/* Shows the space for scratch files. Needs no network, so df works without it. */
void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct fs *fs = fuse_req_userdata(req);
	struct tree_stats stats;
	struct statvfs out = {
		.f_bsize = 4096, .f_frsize = 4096, .f_namemax = TREE_NAME_MAX};

	tree_stats(fs->tree, &stats);
	out.f_blocks = stats.scratch_max / out.f_frsize;
	out.f_bfree = (stats.scratch_max - stats.scratch_bytes) / out.f_frsize;
	out.f_bavail = out.f_bfree;
	out.f_files = stats.nodes + STATFS_FILES;
	out.f_ffree = STATFS_FILES;
	out.f_favail = STATFS_FILES;
	fuse_reply_statfs(req, &out);
}
