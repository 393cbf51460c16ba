/* SPDX-License-Identifier: MIT */
/* Open files: a field with its own text, or a scratch node. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include "base/clock.h"
#include "field.h"
#include "node_io.h"
#include "name.h"
#include "opened.h"
#include "scratch.h"
#include "share.h"

#define CHANGE_MOMENT_NS 200000
#define CHANGE_TRIES	 10

struct handle {
	struct opened opened;
	struct node *node;   /* pinned */
	struct field *field; /* owned; NULL: a scratch file */
	bool writable;
	struct share share;
};

/* The object behind an open handle is gone: that is not "no such name". */
static int on_handle(int r)
{
	return r == -ENOENT ? -ESTALE : r;
}

/* Without a last decision. */
static void handle_drop(struct opened *o)
{
	struct handle *h = (struct handle *)o;
	struct tree *tree = node_tree(h->node);

	/* While it is listed others look at its field. */
	tree_lock(tree);
	opened_remove_locked(tree, o);
	share_end_locked(h->node, &h->share);
	tree->handles--;
	tree_unlock(tree);
	if (h->field)
		field_free(h->field);
	node_put(h->node);
	free(h);
}

static int open_scratch(struct node *node, int flags)
{
	struct tree *tree = node_tree(node);
	int r = 0;

	tree_lock(tree);
	if (flags & O_TRUNC && S_ISREG(node->scratch->mode))
		r = scratch_truncate_locked(tree, node->scratch, 0);
	tree_unlock(tree);
	return r;
}

/* Whether something changes at this moment, or did since the stamp. */
static bool is_in_change(struct tree *tree, uint64_t stamp)
{
	return tree->notifier && (tree->changing || tree->stamp != stamp);
}

/* A reader who comes in the middle of a change waits a moment for its end: then the pages can be shared, as mmap needs. */
static int open_field(struct node *node, const struct op *op, int flags, struct field **ret,
	uint64_t *ret_stamp)
{
	static const struct timespec moment = {.tv_nsec = CHANGE_MOMENT_NS};
	bool writable = (flags & O_ACCMODE) != O_RDONLY;
	int r;

	for (int tries = 1;; tries++) {
		*ret_stamp = tree_stamp(node_tree(node));
		r = field_open(node, op, flags, ret);
		if (r < 0 || writable || !(*ret)->attr.until_us || tries == CHANGE_TRIES ||
			!is_in_change(node_tree(node), *ret_stamp))
			return r;
		field_free(*ret);
		nanosleep(&moment, NULL);
	}
}

static int handle_open(
	struct node *node, const struct op *op, int flags, struct tree_open *ret)
{
	uint64_t stamp = 0;
	struct handle *h;
	bool was_touched;
	int r;

	if (node->kind == NODE_DIR)
		return -EISDIR;
	if (node->kind == NODE_LINK)
		return -ELOOP;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->writable = (flags & O_ACCMODE) != O_RDONLY;
	r = node_is_scratch(node) ? open_scratch(node, flags)
				  : open_field(node, op, flags, &h->field, &stamp);
	if (r < 0) {
		free(h);
		return r;
	}
	*ret = (struct tree_open){.handle = h, .scratch = node_is_scratch(node)};
	tree_lock(node_tree(node));
	h->node = node_ref_locked(node);
	node_tree(node)->handles++;
	opened_add_locked(node_tree(node), &h->opened, handle_drop);
	if (h->field)
		r = share_begin_locked(node, op, h->field, stamp, &h->share, ret);
	was_touched = ret->shares && node->bits & BIT_TOUCHED;
	if (was_touched)
		node->bits &= (uint8_t)~BIT_TOUCHED;
	tree_unlock(node_tree(node));
	if (r < 0)
		handle_drop(&h->opened);
	else if (was_touched)
		change_tell_again(node);
	return r;
}

int tree_open(struct tree *tree, const struct op *op, uint64_t id, int flags,
	struct tree_open *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);

	return node ? handle_open(node, op, flags, ret) : -ESTALE;
}

/* A file of the view that nobody has given a value: it may be made as if it were not there. -ENOSYS: no such file. */
static int make_unset(
	struct node *dir, const struct op *op, const char *name, struct node **ret)
{
	struct node_entry entry = {0};
	int r;

	if (!dir->ops || !dir->ops->create)
		return -ENOSYS;
	r = dir->ops->create(dir, op, name, &entry);
	return r < 0 ? r : node_intern(dir, name, &entry, ret);
}

/* The file of that name, made when there is none; pinned. */
static int find_or_make(struct node *dir, const struct op *op, const char *name,
	mode_t mode, int flags, struct node **ret)
{
	int r = make_unset(dir, op, name, ret);

	if (r != -ENOSYS)
		return r;
	r = child_find(dir, op, name, ret);
	if (r == 0 && flags & O_EXCL) {
		node_put(*ret);
		*ret = NULL;
		return -EEXIST;
	}
	if (r != -ENOENT)
		return r;
	return scratch_make(dir, op, name, S_IFREG | (mode & 07777), NULL, ret);
}

int tree_create(struct tree *tree, const struct op *op, uint64_t dir_id, const char *name,
	mode_t mode, int flags, struct tree_entry *ret_entry, struct tree_open *ret)
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);
	CLEANUP_NODE struct node *node = NULL;
	struct tree_open open;
	int r = dir ? find_or_make(dir, op, name, mode, flags, &node) : -ESTALE;

	if (r == 0)
		r = handle_open(node, op, flags, &open);
	if (r < 0)
		return r;
	r = node_answer(node, op, ret_entry);
	if (r < 0) {
		tree_release(open.handle, op);
		return r;
	}
	*ret = open;
	return 0;
}

int tree_read(
	struct handle *h, const struct op *op, uint64_t off, size_t size, struct buf *ret)
{
	struct tree *tree = node_tree(h->node);
	int r;

	if (h->field)
		return on_handle(field_read(h->field, op, off, size, ret));
	tree_lock(tree);
	r = scratch_read_locked(h->node->scratch, off, size, ret);
	if (r == 0)
		h->node->scratch->atime = clock_real();
	tree_unlock(tree);
	return r;
}

int tree_write(struct handle *h, const struct op *op, uint64_t off, const void *bytes,
	size_t len, bool append)
{
	struct tree *tree = node_tree(h->node);
	int r;

	if (h->field)
		return on_handle(field_write(h->field, op, off, bytes, len, append));
	/* The kernel chose the offset of an append, and keeps its pages by it. */
	tree_lock(tree);
	r = scratch_write_locked(tree, h->node->scratch, off, bytes, len);
	tree_unlock(tree);
	return r;
}

int tree_flush(struct handle *h, const struct op *op)
{
	return h->field ? on_handle(field_flush(h->field, op)) : 0;
}

int tree_fsync(struct handle *h, const struct op *op)
{
	int r = h->field ? on_handle(field_fsync(h->field, op)) : 0;

	/* To a program EINVAL says that the file cannot be synchronised; emacs and nano go on as if it were. */
	return r == -EINVAL ? -EIO : r;
}

void tree_release(struct handle *h, const struct op *op)
{
	if (h->field)
		field_settle_last(h->field, op);
	handle_drop(&h->opened);
}

int tree_fallocate(struct handle *h, int mode, uint64_t off, uint64_t len)
{
	struct tree *tree = node_tree(h->node);
	int r;

	if (h->field)
		return -EOPNOTSUPP;
	tree_lock(tree);
	r = scratch_reserve_locked(tree, h->node->scratch, mode, off, len);
	tree_unlock(tree);
	return r;
}

/* A handle whose text the pages are of, else any that is open, else NULL. */
static const struct handle *holder_locked(const struct node *node)
{
	const struct handle *found = NULL;

	for (const struct opened *o = node_tree(node)->opened; o; o = o->next) {
		const struct handle *h = (const struct handle *)o;

		if (o->drop != handle_drop || h->node != node)
			continue;
		if (h->share.shares)
			return h;
		found = h;
	}
	return found;
}

/* The one opened last, where its text is what everybody would be told now: many programs stat what they have just read. */
static const struct handle *last_sharer_locked(const struct node *node)
{
	const struct opened *o = node_tree(node)->opened;
	const struct handle *h = (const struct handle *)o;

	if (!o || o->drop != handle_drop || h->node != node || !h->share.shares ||
		!node->kept || node_tree(node)->changing ||
		h->field->attr.until_us <= clock_mono_us())
		return NULL;
	return h;
}

/* The size must go with the pages: where a handle has some, it is the one of its text. Returns false where none has. */
static bool stat_shared(struct node *node, const struct handle *h, struct tree_entry *ret)
{
	bool found;

	tree_lock(node_tree(node));
	if (node->bits & BIT_FROZEN)
		h = holder_locked(node);
	else if (!h && node->kind == NODE_FILE)
		h = last_sharer_locked(node);
	found = h && (h->share.shares || node->bits & BIT_FROZEN);
	if (found) {
		node_stat_fill(node, &h->field->attr, &ret->attr);
		ret->until_us = node->bits & BIT_FROZEN || !node->kept
					? 0
					: h->field->attr.until_us;
	}
	tree_unlock(node_tree(node));
	return found;
}

bool node_is_left_to_readers(struct node *node, off_t size)
{
	const struct handle *h = NULL;
	bool has;

	tree_lock(node_tree(node));
	if (node->kind == NODE_FILE && node->ops && node->sharers && node->kept)
		h = holder_locked(node);
	if (h && h->share.shares && (off_t)h->field->attr.size != size)
		share_freeze_locked(node);
	has = node->bits & BIT_FROZEN;
	tree_unlock(node_tree(node));
	return has;
}

static int stat_node(
	struct node *node, const struct op *op, struct handle *h, struct tree_entry *ret)
{
	uint64_t own;
	int r;

	*ret = (struct tree_entry){.id = node_id(node), .scratch = node_is_scratch(node)};
	if (stat_shared(node, h, ret))
		return 0;
	r = node_stat(node, op, &ret->attr, &ret->until_us);
	if (r < 0)
		return h ? on_handle(r) : r;
	if (node_is_left_to_readers(node, ret->attr.st_size) && stat_shared(node, h, ret))
		return 0;
	if (h && h->field && field_own_size(h->field, &own)) {
		ret->attr.st_size = (off_t)own;
		ret->until_us = 0;
	}
	return 0;
}

int tree_getattr(struct tree *tree, const struct op *op, uint64_t id, struct handle *handle,
	struct tree_entry *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);

	return node ? stat_node(node, op, handle, ret) : -ESTALE;
}

static int set_attr(struct node *node, const struct op *op, struct handle *h,
	const struct stat *attr, unsigned set)
{
	struct tree *tree = node_tree(node);
	int r;

	if (!node_is_scratch(node)) {
		if (!(set & TREE_SET_SIZE))
			return 0;
		if (node->kind != NODE_FILE || attr->st_size < 0)
			return -EINVAL;
		/* By path there is no handle, and no flush will come: nothing to decide on. */
		return h && h->field ? field_truncate(h->field, op, (uint64_t)attr->st_size)
				     : 0;
	}
	tree_lock(tree);
	/* truncate to the size it has is nothing at all; ftruncate is a change. */
	if (!h && set == TREE_SET_SIZE && attr->st_size == (off_t)node->scratch->size)
		r = S_ISREG(node->scratch->mode) ? 0 : -EINVAL;
	else
		r = scratch_setattr_locked(tree, node->scratch, attr, set);
	tree_unlock(tree);
	return r;
}

int tree_setattr(struct tree *tree, const struct op *op, uint64_t id, struct handle *handle,
	const struct stat *attr, unsigned set, struct tree_entry *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);
	int r = node ? set_attr(node, op, handle, attr, set) : -ESTALE;

	return r < 0 ? r : stat_node(node, op, handle, ret);
}

int tree_readlink(struct tree *tree, const struct op *op, uint64_t id, struct buf *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);
	struct node_text shown;
	int r;

	if (!node)
		return -ESTALE;
	if (node_is_scratch(node))
		return node->scratch->target ? buf_adds(ret, node->scratch->target)
					     : -EINVAL;
	if (node->kind != NODE_LINK)
		return -EINVAL;
	node_text_init(&shown);
	r = node_show(node, op, &shown);
	if (r == 0)
		r = buf_add(ret, buf_str(&shown.text), shown.text.len);
	node_text_release(node, &shown);
	return r;
}
