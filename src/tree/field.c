/* SPDX-License-Identifier: MIT */
/* An open file of the view. All that changes its text goes through the handle's gate, one at a time and with the deadline; readers
 * only take the lock, so nobody reads a text in the making and nobody who reads waits for the network. */
#include "field.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/process.h"
#include "node_io.h"

static bool is_live(const struct field *f)
{
	return f->node->flags & NODE_LIVE;
}

static int field_load(struct field *f, const struct op *op, int flags)
{
	struct node_text shown;
	bool trunc = flags & O_TRUNC && f->writable;
	int r;

	/* A text that is written anew needs no question to the API. */
	if (trunc && f->node->ops->store) {
		f->decide.own = true;
		if (f->node->ops->origin)
			f->origin = f->node->ops->origin(f->node);
		return 0;
	}
	node_text_init(&shown);
	shown.is_read = (flags & O_ACCMODE) != O_WRONLY;
	r = node_show(f->node, op, &shown);
	if (r < 0)
		return r;
	f->origin = STEAL(shown.origin);
	f->attr = shown.attr;
	if (f->writable && !f->node->ops->store)
		r = buf_copy(&f->present, &shown.text);
	if (r == 0 && !trunc)
		r = decide_open(&f->decide, buf_str(&shown.text), shown.text.len,
			f->append || !f->writable);
	if (trunc)
		f->decide.own = true;
	node_text_release(f->node, &shown);
	return r;
}

void field_free(struct field *f)
{
	if (f->origin && f->node->ops->origin_free)
		f->node->ops->origin_free(f->origin);
	decide_release(&f->decide);
	buf_release(&f->present);
	pthread_cond_destroy(&f->free);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

/* hidepid, or another pid namespace */
static bool is_unknown(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return access(path, R_OK) < 0;
}

int field_open(struct node *node, const struct op *op, int flags, struct field **ret)
{
	struct field *f = calloc(1, sizeof(*f));
	int r = 0;

	if (!f)
		return -ENOMEM;
	f->node = node;
	f->writable = (flags & O_ACCMODE) != O_RDONLY;
	f->append = flags & O_APPEND;
	pthread_mutex_init(&f->lock, NULL);
	clock_cond_init(&f->free);
	decide_init(&f->decide, TREE_TEXT_MAX);
	buf_init(&f->present, TREE_TEXT_MAX);
	if (!is_live(f) || f->writable)
		r = field_load(f, op, flags);
	else if (node->ops->origin)
		f->origin = node->ops->origin(node);
	if (r < 0) {
		field_free(f);
		return r;
	}
	if (f->writable) {
		f->pid = op->pid;
		f->process = is_unknown(op->pid) ? 0 : process_of_thread(op->pid);
	}
	*ret = f;
	return 0;
}

static int gate_enter(struct field *f, const struct op *op)
{
	bool in_time = true;

	pthread_mutex_lock(&f->lock);
	while (f->busy && in_time)
		in_time = clock_cond_wait(&f->free, &f->lock, op->deadline_ms);
	in_time = !f->busy;
	if (in_time)
		f->busy = true;
	pthread_mutex_unlock(&f->lock);
	return in_time ? 0 : -ETIMEDOUT;
}

static void gate_leave(struct field *f)
{
	pthread_mutex_lock(&f->lock);
	f->busy = false;
	pthread_cond_signal(&f->free);
	pthread_mutex_unlock(&f->lock);
}

static int read_live(
	struct field *f, const struct op *op, uint64_t off, size_t size, struct buf *ret)
{
	struct node_text shown;
	int r;

	node_text_init(&shown);
	r = node_show(f->node, op, &shown);
	if (r == 0 && off < shown.text.len) {
		size_t left = shown.text.len - (size_t)off;

		r = buf_add(ret, shown.text.data + off, left < size ? left : size);
	}
	node_text_release(f->node, &shown);
	return r;
}

int field_read(
	struct field *f, const struct op *op, uint64_t off, size_t size, struct buf *ret)
{
	const struct buf *text = &f->decide.text;
	int r = 0;

	if (is_live(f) && !f->writable)
		return read_live(f, op, off, size, ret);
	pthread_mutex_lock(&f->lock);
	if (off < text->len) {
		size_t left = text->len - (size_t)off;

		r = buf_add(ret, text->data + off, left < size ? left : size);
	}
	pthread_mutex_unlock(&f->lock);
	return r;
}

bool field_own_size(struct field *f, uint64_t *ret)
{
	bool own;

	pthread_mutex_lock(&f->lock);
	own = f->decide.own;
	*ret = f->decide.text.len;
	pthread_mutex_unlock(&f->lock);
	return own;
}

static bool is_complete(const struct field *f)
{
	const struct node_ops *ops = f->node->ops;
	const struct buf *text = &f->decide.text;

	if (ops->complete)
		return ops->complete(f->node, buf_str(text), text->len);
	return text->len && text->data[text->len - 1] == '\n';
}

static int store_same_only(
	struct node *node, const struct op *op, const char *text, size_t len)
{
	struct node_text shown;
	bool same;
	int r;

	node_text_init(&shown);
	r = node_show(node, op, &shown);
	same = r == 0 && shown.text.len == len &&
	       memcmp(buf_str(&shown.text), text, len) == 0;
	node_text_release(node, &shown);
	return r < 0 || same ? r : -EPERM;
}

int field_store(struct node *node, const struct op *op, enum store_why why,
	const char *text, size_t len, void **origin)
{
	if (!node->ops->store)
		return store_same_only(node, op, text, len);
	return node->ops->store(node, op, why, text, len, origin);
}

/* In the gate: sends the text. */
static int send_text(struct field *f, const struct op *op, enum store_why why)
{
	const struct buf *text = &f->decide.text;

	if (f->node->ops->store)
		return field_store(f->node, op, why, buf_str(text), text->len, &f->origin);
	/* A copy of what it said when it was opened is fine, also when the API has moved on since. */
	if (text->len == f->present.len &&
		memcmp(buf_str(text), buf_str(&f->present), text->len) == 0)
		return 0;
	return -EPERM;
}

/* A file without store refuses other bytes than its own where they are written, not at the end. */
static int check_read_only(
	const struct field *f, uint64_t off, const void *bytes, size_t len)
{
	const struct buf *p = &f->present;

	if (f->node->ops->store)
		return 0;
	if (off > p->len || len > p->len - off || memcmp(buf_str(p) + off, bytes, len) != 0)
		return -EPERM;
	return 0;
}

/* In the gate. */
static int write_in_gate(struct field *f, const struct op *op, uint64_t off,
	const void *bytes, size_t len, bool append)
{
	struct decide *d = &f->decide;
	int r;

	if (append)
		off = d->text.len;
	pthread_mutex_lock(&f->lock);
	r = check_read_only(f, off, bytes, len);
	if (r < 0)
		d->sticky = r;
	else
		r = decide_write(d, off, bytes, len);
	pthread_mutex_unlock(&f->lock);
	/* Lines of a read-only file are each fine and not the whole: those wait for the end. */
	if (r < 0 || !f->node->ops->store || !decide_may_store_now(d, append) ||
		!is_complete(f))
		return r;
	r = send_text(f, op, STORE_WRITE);
	pthread_mutex_lock(&f->lock);
	if (r < 0)
		decide_take_back(d, r);
	else
		decide_stored(d, 0);
	pthread_mutex_unlock(&f->lock);
	return r;
}

int field_write(struct field *f, const struct op *op, uint64_t off, const void *bytes,
	size_t len, bool append)
{
	int r;

	if (!f->writable)
		return -EBADF;
	if (off > TREE_TEXT_MAX)
		return -EFBIG;
	r = gate_enter(f, op);
	if (r < 0)
		return r;
	r = write_in_gate(f, op, off, bytes, len, append || f->append);
	gate_leave(f);
	return r;
}

int field_truncate(struct field *f, const struct op *op, uint64_t size)
{
	int r;

	if (size > TREE_TEXT_MAX)
		return -EFBIG;
	r = gate_enter(f, op);
	if (r < 0)
		return r;
	pthread_mutex_lock(&f->lock);
	r = decide_truncate(&f->decide, (size_t)size);
	pthread_mutex_unlock(&f->lock);
	gate_leave(f);
	return r;
}

/* In the gate: a dirty text is sent, a failure that sticks is told again without asking. */
static int settle(struct field *f, const struct op *op, enum store_why why)
{
	struct decide *d = &f->decide;
	int r;

	if (d->sticky || !d->dirty)
		return d->sticky;
	r = send_text(f, op, why);
	pthread_mutex_lock(&f->lock);
	decide_stored(d, r);
	pthread_mutex_unlock(&f->lock);
	return r;
}

/* Who cannot be told from the opener is the opener: its errors must not get lost. */
static bool is_opener(const struct field *f, const struct op *op)
{
	return op->pid == f->pid || !f->process ||
	       process_of_thread(op->pid) == f->process || is_unknown(op->pid);
}

int field_flush(struct field *f, const struct op *op)
{
	struct decide *d = &f->decide;
	int r;

	if (!f->writable)
		return 0;
	r = gate_enter(f, op);
	if (r < 0)
		return r;
	/* A child that inherited the descriptor closes it in the middle of its parent's text. */
	if (d->sticky || is_opener(f, op) ||
		(f->node->ops->store && decide_may_store_now(d, f->append) &&
			is_complete(f)))
		r = settle(f, op, STORE_FLUSH);
	gate_leave(f);
	return r;
}

int field_fsync(struct field *f, const struct op *op)
{
	int r;

	if (!f->writable)
		return 0;
	r = gate_enter(f, op);
	if (r < 0)
		return r;
	r = settle(f, op, STORE_FSYNC);
	gate_leave(f);
	return r;
}

void field_settle_last(struct field *f, const struct op *op)
{
	if (f->writable && f->decide.dirty && !f->decide.sticky)
		send_text(f, op, STORE_RELEASE);
}
