/* SPDX-License-Identifier: MIT */
/* An open file of the view. Whatever changes its text must have the writer turn, for which it waits
 * until its deadline. Readers only take the lock, so no reader waits for the network, and none sees
 * a text that is being changed. */
#include "open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "inode.h"
#include "node_text.h"

static bool is_live(const struct open_file *f)
{
	return f->node->flags & NODE_LIVE;
}

/* Loads the text that the handle begins with. A handle that replaces the text, or only appends to
 * it, need not ask the view. */
static int load(struct open_file *f, const struct op *op, int flags)
{
	bool stores = f->writable && f->node->ops->store;
	bool empties = stores && flags & O_TRUNC;
	bool appends = stores && flags & O_APPEND && !empties;
	struct node_text shown;
	int r;

	if (appends)
		write_buffer_set_append(&f->buffer, f->can_read);
	if (empties)
		write_buffer_set_emptied(&f->buffer);
	if (empties || (!f->can_read && (appends || !stores)))
		return 0;
	r = node_show(f->node, op, false, &shown);
	if (r == 0)
		r = write_buffer_load(&f->buffer, &shown.text, stores && !appends);
	if (r == 0)
		f->base = STEAL(shown.base);
	node_text_release(f->node, &shown);
	return r;
}

/* The base of a live file stands for "it is open", so it is kept from open to release. Each read
 * asks for the text anew. */
static int load_live(struct open_file *f, const struct op *op)
{
	struct node_text shown;
	int r = node_show(f->node, op, false, &shown);

	if (r == 0)
		f->base = STEAL(shown.base);
	node_text_release(f->node, &shown);
	return r;
}

void open_file_free(struct open_file *f)
{
	node_base_drop(f->node->ops, f->base);
	write_buffer_release(&f->buffer);
	pthread_cond_destroy(&f->turn_is_free);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

int open_file_new(struct node *node, const struct op *op, int flags, struct open_file **ret)
{
	struct open_file *f = calloc(1, sizeof(*f));
	int r;

	if (!f)
		return -ENOMEM;
	f->node = node;
	f->writable = (flags & O_ACCMODE) != O_RDONLY;
	f->can_read = (flags & O_ACCMODE) != O_WRONLY;
	pthread_mutex_init(&f->lock, NULL);
	clock_cond_init(&f->turn_is_free);
	write_buffer_init(&f->buffer, TREE_TEXT_MAX);
	if (f->writable)
		caller_of(op->pid, &f->opener);
	r = is_live(f) && !f->writable ? load_live(f, op) : load(f, op, flags);
	if (r < 0) {
		open_file_free(f);
		return r;
	}
	*ret = f;
	return 0;
}

static int writer_take_turn(struct open_file *f, const struct op *op)
{
	bool in_time = true;

	pthread_mutex_lock(&f->lock);
	while (f->has_writer && in_time)
		in_time = clock_cond_wait(&f->turn_is_free, &f->lock, op->deadline_ms);
	in_time = !f->has_writer;
	if (in_time)
		f->has_writer = true;
	pthread_mutex_unlock(&f->lock);
	return in_time ? 0 : -ETIMEDOUT;
}

static void writer_end_turn(struct open_file *f)
{
	pthread_mutex_lock(&f->lock);
	f->has_writer = false;
	pthread_cond_signal(&f->turn_is_free);
	pthread_mutex_unlock(&f->lock);
}

static int add_part(
	const char *text, size_t len, uint64_t off, size_t size, struct buf *ret)
{
	size_t left = off < len ? len - (size_t)off : 0;

	return left ? buf_add(ret, text + off, left < size ? left : size) : 0;
}

static int read_live(struct open_file *f, const struct op *op, uint64_t off, size_t size,
	struct buf *ret)
{
	struct node_text shown;
	int r = node_show(f->node, op, false, &shown);

	if (r == 0)
		r = add_part(buf_str(&shown.text), shown.text.len, off, size, ret);
	node_text_release(f->node, &shown);
	return r;
}

/* Under the lock: notes that the caller has read len bytes at off. Ignores an unknown caller, and a
 * text that this handle has changed, since that is not the view's. */
static void note_reading(struct open_file *f, const struct op *op,
	const struct caller *caller, uint64_t off, size_t len)
{
	if (!caller->known || f->buffer.is_own || f->is_storing)
		return;
	if (off == 0 || !caller_equal(caller, &f->reading.caller)) {
		f->reading.caller = *caller;
		f->reading.to = 0;
		f->reading.is_done = false;
	}
	if (off > f->reading.to || f->reading.is_done)
		return;
	if (off + len > f->reading.to)
		f->reading.to = off + len;
	if (f->reading.to < f->buffer.text.len)
		return;
	f->reading.is_done = f->was_read = true;
	f->node->ops->was_read(f->node, op, f->base);
}

int open_file_read(struct open_file *f, const struct op *op, uint64_t off, size_t size,
	struct buf *ret)
{
	const struct buf *text = &f->buffer.text;
	size_t before = ret->len;
	struct caller caller = {0};
	int r;

	if (is_live(f) && !f->writable)
		return read_live(f, op, off, size, ret);
	if (f->node->ops->was_read)
		caller_of(op->pid, &caller);
	pthread_mutex_lock(&f->lock);
	r = add_part(buf_str(text), text->len, off, size, ret);
	if (r == 0 && f->node->ops->was_read)
		note_reading(f, op, &caller, off, ret->len - before);
	pthread_mutex_unlock(&f->lock);
	return r;
}

bool open_file_own_size(struct open_file *f, off_t *size)
{
	const struct write_buffer *w = &f->buffer;
	size_t pending;
	bool is_own;

	pthread_mutex_lock(&f->lock);
	is_own = w->is_own;
	write_buffer_pending(w, &pending);
	if (is_own)
		*size = w->appends ? *size + (off_t)pending : (off_t)w->text.len;
	pthread_mutex_unlock(&f->lock);
	return is_own;
}

/* In the writer turn: stores the text in the file, even if its name has been moved meanwhile. Lends
 * the base to the store if the text at open was read to its end, or if some of its bytes are still
 * in the new text. */
static int send_text(struct open_file *f, const struct op *op, enum store_why why,
	const char *text, size_t len, bool has_foreign)
{
	struct node_store store = {.why = why,
		.text = text,
		.len = len,
		.is_append = f->buffer.appends,
		.writer = f->writer};
	bool lends;
	int r;

	pthread_mutex_lock(&f->lock);
	lends = f->base && (f->was_read || has_foreign);
	if (lends)
		store.base = STEAL(f->base);
	f->is_storing = true;
	pthread_mutex_unlock(&f->lock);
	r = node_store(f->node, op, &store);
	pthread_mutex_lock(&f->lock);
	if (lends)
		f->base = STEAL(store.base);
	f->is_storing = false;
	pthread_mutex_unlock(&f->lock);
	node_base_drop(f->node->ops, store.base);
	return r;
}

static bool is_complete(const struct open_file *f, const char *text, size_t len)
{
	const struct node_ops *ops = f->node->ops;

	if (!f->buffer.appends && ops->complete)
		return ops->complete(f->node, text, len);
	return len && text[len - 1] == '\n';
}

/* The API refuses a text that is too long by the same errno, and has been reported then. */
static int check_fits(struct open_file *f, int r)
{
	return r == -EFBIG ? node_refused(f->node, "write", NULL, r) : r;
}

/* In the writer turn: makes the write on a copy. If that is complete, stores it, and only then
 * makes it the text. */
static int write_and_send(
	struct open_file *f, const struct op *op, size_t off, const char *bytes, size_t len)
{
	struct write_buffer *w = &f->buffer;
	CLEANUP_BUF struct buf next = BUF_INIT(TREE_TEXT_MAX);
	int r = write_buffer_preview(w, off, bytes, len, &next);
	bool sends;

	if (r < 0)
		return check_fits(f, r);
	sends = is_complete(f, next.data + w->sent, next.len - w->sent);
	if (sends)
		r = send_text(
			f, op, STORE_WRITE, next.data + w->sent, next.len - w->sent, false);
	if (r < 0)
		return r;
	pthread_mutex_lock(&f->lock);
	if (sends)
		write_buffer_accept(w, &next);
	else
		r = write_buffer_write(w, off, bytes, len);
	pthread_mutex_unlock(&f->lock);
	return r;
}

/* In the writer turn. */
static int write_in_turn(struct open_file *f, const struct op *op, uint64_t off,
	const char *bytes, size_t len, bool append)
{
	struct write_buffer *w = &f->buffer;
	size_t at;
	int r;

	if (!f->node->ops->store)
		return node_check_same(
			f->node, op, append ? UINT64_MAX : off, bytes, len, false);
	if (off > TREE_TEXT_MAX && !append && !w->appends)
		return check_fits(f, -EFBIG);
	at = write_buffer_offset(w, (size_t)off, append);
	if (f->node->ops->was_read)
		caller_of(op->pid, &f->writer);
	if (write_buffer_may_send(w, at, bytes, len))
		return write_and_send(f, op, at, bytes, len);
	pthread_mutex_lock(&f->lock);
	r = write_buffer_write(w, at, bytes, len);
	pthread_mutex_unlock(&f->lock);
	return check_fits(f, r);
}

/* Every failure sticks until the next write or truncation. */
static void stick(struct open_file *f, int error)
{
	pthread_mutex_lock(&f->lock);
	f->buffer.sticky = error;
	pthread_mutex_unlock(&f->lock);
}

int open_file_write(struct open_file *f, const struct op *op, uint64_t off,
	const void *bytes, size_t len, bool append)
{
	int r;

	if (!f->writable)
		return -EBADF;
	if (!len)
		return 0;
	r = writer_take_turn(f, op);
	if (r == 0) {
		stick(f, 0);
		r = write_in_turn(f, op, off, bytes, len, append);
		writer_end_turn(f);
	}
	if (r < 0)
		stick(f, r);
	return r;
}

int open_file_truncate(struct open_file *f, const struct op *op, uint64_t size)
{
	int r;

	if (!f->node->ops->store)
		return 0;
	r = size > TREE_TEXT_MAX ? check_fits(f, -EFBIG) : writer_take_turn(f, op);
	if (r == 0) {
		pthread_mutex_lock(&f->lock);
		f->buffer.sticky = 0;
		r = write_buffer_truncate(&f->buffer, (size_t)size);
		pthread_mutex_unlock(&f->lock);
		writer_end_turn(f);
	}
	if (r < 0)
		stick(f, r);
	return r;
}

static int sticky_of(struct open_file *f)
{
	int sticky;

	pthread_mutex_lock(&f->lock);
	sticky = f->buffer.sticky;
	pthread_mutex_unlock(&f->lock);
	return sticky;
}

/* Whether to send the text when a child that has inherited the descriptor closes it. Its parent may
 * be in the middle of the text. */
static bool is_whole_text(const struct open_file *f)
{
	const char *text;
	size_t len;

	text = write_buffer_pending(&f->buffer, &len);
	return !f->buffer.foreign_count && is_complete(f, text, len);
}

/* In the writer turn: sends a dirty text. Returns a sticky failure again without sending. */
static int settle_in_turn(struct open_file *f, const struct op *op, enum store_why why)
{
	struct write_buffer *w = &f->buffer;
	const char *text;
	size_t len;
	int r = sticky_of(f);

	if (r < 0 || !(w->is_dirty || (w->is_emptied && why == STORE_FSYNC)))
		return r;
	if (why == STORE_FLUSH && !caller_has_thread(&f->opener, op->pid) &&
		!is_whole_text(f))
		return 0;
	text = write_buffer_pending(w, &len);
	r = send_text(f, op, why, text, len, w->foreign_count);
	pthread_mutex_lock(&f->lock);
	if (r < 0)
		w->sticky = r;
	else
		write_buffer_stored(w);
	pthread_mutex_unlock(&f->lock);
	return r;
}

int open_file_settle(struct open_file *f, const struct op *op, enum store_why why)
{
	int r;

	if (!f->writable)
		return 0;
	r = writer_take_turn(f, op);
	if (r < 0)
		return r;
	r = settle_in_turn(f, op, why);
	writer_end_turn(f);
	return r;
}
