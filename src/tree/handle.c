/* SPDX-License-Identifier: MIT */
/* Open files: a field file with the handle's own text, or a scratch node. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include "base/clock.h"
#include "entry.h"
#include "node_io.h"
#include "node_text.h"
#include "open_file.h"
#include "scratch.h"

struct handle {
	struct open_item item;
	struct node *node;	/* pinned */
	struct open_file *file; /* owned; NULL: a scratch file */
};

/* -ENOENT on an open handle means that its object is gone, not that a name does not exist. */
static int on_handle(int r)
{
	return r == -ENOENT ? -ESTALE : r;
}

/* Closes without sending a pending text. */
static void handle_drop(struct open_item *o)
{
	struct handle *h = (struct handle *)o;
	struct tree *tree = node_tree(h->node);

	tree_lock(tree);
	LIST_REMOVE(o, link);
	tree->handles--;
	tree_unlock(tree);
	if (h->file)
		open_file_free(h->file);
	node_put(h->node);
	free(h);
}

static int set_scratch_attr(struct node *node, const struct stat *attr, unsigned set)
{
	CLEANUP_MARK struct scratch_mark old = {0};
	struct tree *tree = node_tree(node);
	int r;

	tree_lock(tree);
	r = scratch_setattr_locked(tree, node->scratch, attr, set);
	if (r == 0 && set & TREE_SET_SIZE && attr->st_size == 0)
		scratch_mark_take_locked(node->scratch, &old);
	tree_unlock(tree);
	return r;
}

static int open_scratch(struct node *node, int flags)
{
	static const struct stat empty;

	if (!(flags & O_TRUNC) || !S_ISREG(node->scratch->mode))
		return 0;
	return set_scratch_attr(node, &empty, TREE_SET_SIZE);
}

static int handle_open(
	struct node *node, const struct op *op, int flags, struct tree_open *ret)
{
	struct handle *h;
	int r;

	if (node->kind == NODE_DIR)
		return -EISDIR;
	if (node->kind == NODE_LINK)
		return -ELOOP;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	r = node_is_scratch(node) ? open_scratch(node, flags)
				  : open_file_new(node, op, flags, &h->file);
	if (r < 0) {
		free(h);
		return r;
	}
	tree_lock(node_tree(node));
	h->node = node_ref_locked(node);
	node_tree(node)->handles++;
	h->item.drop = handle_drop;
	LIST_INSERT_HEAD(&node_tree(node)->open_list, &h->item, link);
	tree_unlock(node_tree(node));
	*ret = (struct tree_open){.handle = h, .scratch = node_is_scratch(node)};
	return 0;
}

/* Whether a rename has given the id, or the node's name, another node. The program may have meant
 * the old name or the new one. On ESTALE the kernel looks the name up again, once (fs/namei.c,
 * do_filp_open), and so finds the right node. */
static bool must_look_again(struct node *node, uint64_t id)
{
	bool was_replaced;

	tree_lock(node_tree(node));
	was_replaced = node_was_replaced_locked(node);
	tree_unlock(node_tree(node));
	return was_replaced || node_id(node) != id;
}

int tree_open(struct tree *tree, const struct op *op, uint64_t id, int flags,
	struct tree_open *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);

	if (!node || must_look_again(node, id))
		return -ESTALE;
	return handle_open(node, op, flags, ret);
}

/* The file of that name, pinned; made if there is none. A file of the view that is made here begins
 * without a text. */
static int find_or_make(struct node *dir, const struct op *op, const char *name,
	mode_t mode, int *flags, struct node **ret)
{
	int r = child_find(dir, op, name, ret);

	if (r == 0 && *flags & O_EXCL) {
		node_put(*ret);
		*ret = NULL;
		return -EEXIST;
	}
	if (r != -ENOENT)
		return r;
	r = node_make_unset(dir, op, name, ret);
	if (r == 0)
		*flags |= O_TRUNC;
	if (r != -ENOSYS)
		return r;
	return scratch_make(dir, op, name, S_IFREG | (mode & 07777), NULL, ret);
}

int tree_create(struct tree *tree, const struct op *op, uint64_t dir_id, const char *name,
	mode_t mode, int flags, struct tree_entry *ret_entry, struct tree_open *ret)
{
	CLEANUP_NODE struct node *dir = node_get(tree, dir_id);
	CLEANUP_NODE struct node *node = NULL;
	struct tree_open open;
	int r = dir ? find_or_make(dir, op, name, mode, &flags, &node) : -ESTALE;

	if (r == 0)
		r = handle_open(node, op, flags, &open);
	if (r)
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

	if (h->file)
		return on_handle(open_file_read(h->file, op, off, size, ret));
	tree_lock(tree);
	r = scratch_read_locked(h->node->scratch, off, size, ret);
	if (r == 0)
		h->node->scratch->atime = clock_real();
	tree_unlock(tree);
	return r;
}

/* The directory of the view that a scratch file is in, pinned; NULL in drafts, whose texts are not
 * compared with a base. */
static struct node *base_dir_of(struct node *file)
{
	struct node *dir;

	tree_lock(node_tree(file));
	dir = node_view_dir_locked(file);
	dir = dir && !(dir->flags & NODE_DRAFTS) ? node_ref_locked(dir) : NULL;
	tree_unlock(node_tree(file));
	return dir;
}

/* The mark for the caller of op, which writes to this file. Calls the view, which does not block.
 */
static void mark_writer(struct node *file, const struct op *op, struct scratch_mark *ret)
{
	CLEANUP_NODE struct node *dir = base_dir_of(file);

	*ret = (struct scratch_mark){0};
	if (!dir)
		return;
	caller_of(op->pid, &ret->writer);
	ret->base_free = dir->ops->base_free;
	if (ret->writer.known && dir->ops->base_of)
		ret->base = dir->ops->base_of(dir, &ret->writer);
}

static int write_scratch(struct node *node, const struct op *op, uint64_t off,
	const void *bytes, size_t len, bool append)
{
	CLEANUP_MARK struct scratch_mark mark;
	struct tree *tree = node_tree(node);
	struct scratch *s = node->scratch;
	int r;

	mark_writer(node, op, &mark);
	tree_lock(tree);
	r = node_was_replaced_locked(node)
		    ? -ESTALE
		    : scratch_write_locked(tree, s, append ? s->size : off, bytes, len);
	if (r == 0)
		scratch_mark_put_locked(s, &mark);
	tree_unlock(tree);
	return r;
}

int tree_write(struct handle *h, const struct op *op, uint64_t off, const void *bytes,
	size_t len, bool append)
{
	if (!h->file)
		return write_scratch(h->node, op, off, bytes, len, append);
	return on_handle(open_file_write(h->file, op, off, bytes, len, append));
}

int tree_flush(struct handle *h, const struct op *op)
{
	return h->file ? on_handle(open_file_settle(h->file, op, STORE_FLUSH)) : 0;
}

int tree_fsync(struct handle *h, const struct op *op)
{
	int r = h->file ? on_handle(open_file_settle(h->file, op, STORE_FSYNC)) : 0;

	/* To a program EINVAL means that the file cannot be synchronised; emacs and nano then
	 * carry on as if all were well. */
	return r == -EINVAL ? -EIO : r;
}

void tree_release(struct handle *h, const struct op *op)
{
	if (h->file)
		open_file_settle(h->file, op, STORE_RELEASE);
	handle_drop(&h->item);
}

int tree_fallocate(struct handle *h, int mode, uint64_t off, uint64_t len)
{
	struct tree *tree = node_tree(h->node);
	int r;

	if (h->file)
		return -EOPNOTSUPP;
	tree_lock(tree);
	r = scratch_reserve_locked(tree, h->node->scratch, mode, off, len);
	tree_unlock(tree);
	return r;
}

/* An open scratch file stays the node that it was opened as; any other id means the node that it
 * stands for now. The kernel may keep nothing under an id that stands for another node, since
 * changes invalidate that node's own id only. */
int tree_getattr(struct tree *tree, const struct op *op, uint64_t id, struct handle *h,
	struct tree_entry *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);
	struct node *at = h && !h->file ? h->node : node;
	int r = at ? node_stat(at, op, ret) : -ESTALE;

	if (r < 0)
		return h ? on_handle(r) : at ? dir_answer(at, r) : r;
	if (ret->id != id ||
		(h && h->file && open_file_own_size(h->file, &ret->attr.st_size)))
		ret->expires_us = ret->name_expires_us = 0;
	ret->id = id;
	return 0;
}

static int set_field_attr(const struct node *node, const struct op *op, struct handle *h,
	const struct stat *attr, unsigned set)
{
	if (!(set & TREE_SET_SIZE))
		return 0;
	if (node->kind != NODE_FILE || attr->st_size < 0)
		return -EINVAL;
	/* truncate by path has no handle, and no flush will follow: there is no text to send. */
	return h ? on_handle(open_file_truncate(h->file, op, (uint64_t)attr->st_size)) : 0;
}

/* truncate to the current size changes nothing, not even the dates; ftruncate does. */
static bool is_no_change(struct node *node, const struct stat *attr, unsigned set)
{
	bool same;

	tree_lock(node_tree(node));
	same = set == TREE_SET_SIZE && S_ISREG(node->scratch->mode) &&
	       attr->st_size == (off_t)node->scratch->size;
	tree_unlock(node_tree(node));
	return same;
}

int tree_setattr(struct tree *tree, const struct op *op, uint64_t id, struct handle *h,
	const struct stat *attr, unsigned set, struct tree_entry *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);
	struct node *at = h ? h->node : node;
	int r = at ? 0 : -ESTALE;

	if (r == 0 && !h && set & TREE_SET_SIZE && must_look_again(node, id))
		return -ESTALE;

	if (r == 0 && !node_is_scratch(at))
		r = set_field_attr(at, op, h, attr, set);
	else if (r == 0 && (h || !is_no_change(at, attr, set)))
		r = set_scratch_attr(at, attr, set);
	return r < 0 ? r : tree_getattr(tree, op, id, h, ret);
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
	r = node_show(node, op, false, &shown);
	if (r == 0)
		r = buf_add(ret, buf_str(&shown.text), shown.text.len);
	node_text_release(node, &shown);
	return r;
}
