/* SPDX-License-Identifier: MIT */
/* One request: its deadline, its interrupt, its answer.
 *
 * libfuse calls the interrupt function with the request's lock held, and fuse_req_interrupt_func
 * takes that lock. So once it has unhooked the function, that is not running any more
 * (lib/fuse_lowlevel.c, find_interrupted). Unhook before the reply, which frees the request. */
#include <errno.h>
#include "base/clock.h"
#include "base/probe.h"
#include "session.h"

#define TICK_US	  10000 /* the kernel counts in ticks of up to 10 ms and rounds up */
#define ERRNO_MAX 511	/* the kernel's own begin at 512 and never reach a program */

/* The errnos that a caller must never get, in one table: on some of them programs loop, unlink or
 * turn features off, and the kernel remembers ENOSYS for the life of the mount. EXDEV is not in the
 * table: tree returns it only for moves between VPCs. */
static const struct {
	int from, to;
} never[] = {
	{ENOSYS, EOPNOTSUPP},
	{EINTR, EIO},
	{EAGAIN, EBUSY},
	{ETXTBSY, EBUSY},
	{ECANCELED, EIO},
	{ESHUTDOWN, EIO},
};

void request_begin(
	struct request *rq, fuse_req_t req, enum request_kind kind, const char *operation)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);

	rq->req = req;
	rq->fs = fuse_req_userdata(req);
	rq->tree = rq->fs->tree;
	rq->operation = operation;
	rq->kind = kind;
	rq->generation = tree_generation(rq->tree);
	rq->trace = pthread_getspecific(rq->fs->trace_key);
	rq->op = (struct op){
		.deadline_ms = clock_mono_ms() + rq->fs->options.timeout_ms,
		.uid = ctx->uid,
		.gid = ctx->gid,
		.pid = ctx->pid,
		.umask = ctx->umask,
		.calls = rq->trace ? &rq->trace->calls : NULL,
	};
	PROBE(request__begin, operation, ctx->pid);
	if (kind != REQUEST_READ)
		return;
	cancel_init(&rq->cancel);
	rq->op.cancel = &rq->cancel;
	interrupts_hook(rq);
}

/* The positive errno that the caller gets for r, 0 for r >= 0. interrupted: the request is a read
 * whose caller gave up. */
static int errno_out(int r, enum request_kind kind, bool interrupted)
{
	int e = -r;

	if (r >= 0)
		return 0;
	if (interrupted)
		return EINTR;
	if (kind == REQUEST_NAME && e == ESTALE)
		return ENOENT;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		if (never[i].from == e)
			return never[i].to;
	}
	return e > ERRNO_MAX ? EIO : e;
}

/* Ends a request: no interrupt arrives any more, and rq may only be read. Returns the positive
 * errno that the caller gets for r, or 0. */
static int request_end(struct request *rq, int r)
{
	bool interrupted = false;

	if (rq->kind == REQUEST_READ) {
		interrupts_unhook(rq);
		interrupted = r < 0 && cancel_is_fired(&rq->cancel);
		cancel_release(&rq->cancel);
	}
	r = errno_out(r, rq->kind, interrupted);
	if (rq->trace)
		rq->trace->errnum = r;
	PROBE(request__end, rq->operation, rq->op.pid, r);
	return r;
}

/* Seconds for which the kernel may keep an answer. */
static double left_s(uint64_t expires_us, bool has_lease)
{
	uint64_t now = expires_us && has_lease ? clock_mono_us() + TICK_US : 0;

	return now && expires_us > now ? (double)(expires_us - now) / 1e6 : 0;
}

void entry_param(const struct tree_entry *e, bool has_lease, struct fuse_entry_param *ret)
{
	*ret = (struct fuse_entry_param){
		.ino = e->id,
		.attr = e->attr,
		.entry_timeout = left_s(e->name_expires_us, has_lease),
		.attr_timeout = left_s(e->expires_us, has_lease),
	};
}

void reply_err(struct request *rq, int r)
{
	fuse_reply_err(rq->req, request_end(rq, r));
}

bool reply_failure(struct request *rq, int r)
{
	int err = request_end(rq, r);

	if (err)
		fuse_reply_err(rq->req, err);
	return err != 0;
}

void reply_entry(struct request *rq, int r, const struct tree_entry *e)
{
	struct fuse_entry_param param;

	if (reply_failure(rq, r))
		return;
	entry_param(e, tree_lease_begin(rq->tree, rq->generation), &param);
	r = fuse_reply_entry(rq->req, &param);
	tree_lease_end(rq->tree);
	if (r == -ENOENT)
		tree_forget(rq->tree, e->id, 1);
}

void reply_attr(struct request *rq, int r, const struct tree_entry *e)
{
	bool has_lease;

	if (reply_failure(rq, r))
		return;
	has_lease = tree_lease_begin(rq->tree, rq->generation);
	fuse_reply_attr(rq->req, &e->attr, left_s(e->expires_us, has_lease));
	tree_lease_end(rq->tree);
}

void reply_buf(struct request *rq, int r, const struct buf *bytes)
{
	if (!reply_failure(rq, r))
		fuse_reply_buf(rq->req, bytes->data, bytes->len);
}
