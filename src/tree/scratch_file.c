/* SPDX-License-Identifier: MIT */
/* The bytes of a scratch file, in blocks sorted by place. Holes have no block, and the block of a
 * small file is small. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "scratch.h"

#define BLOCK_FIRST 64

/* The position of the first block at or after index. */
static size_t block_position(const struct scratch *s, uint64_t index)
{
	size_t low = 0, high = s->block_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->blocks[mid].index < index)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct block *block_find(const struct scratch *s, uint64_t index)
{
	size_t at = block_position(s, index);

	return at < s->block_count && s->blocks[at].index == index ? &s->blocks[at] : NULL;
}

static int block_array_grow(struct scratch *s)
{
	size_t cap = s->block_cap ? s->block_cap * 2 : 1;
	struct block *blocks;

	if (s->block_count < s->block_cap)
		return 0;
	blocks = realloc(s->blocks, cap * sizeof(*blocks));
	if (!blocks)
		return -ENOMEM;
	s->blocks = blocks;
	s->block_cap = cap;
	return 0;
}

static struct block *block_insert(struct scratch *s, uint64_t index)
{
	size_t at = block_position(s, index);

	if (at < s->block_count && s->blocks[at].index == index)
		return &s->blocks[at];
	if (block_array_grow(s) < 0)
		return NULL;
	memmove(&s->blocks[at + 1], &s->blocks[at],
		(s->block_count - at) * sizeof(*s->blocks));
	s->blocks[at] = (struct block){.index = index};
	s->block_count++;
	return &s->blocks[at];
}

static int block_resize(struct tree *tree, struct scratch *s, struct block *b, uint32_t len)
{
	uint32_t cap = b->cap ? b->cap : BLOCK_FIRST;
	char *bytes;
	int r;

	if (len <= b->cap)
		return 0;
	while (cap < len)
		cap *= 2;
	r = scratch_charge_locked(tree, s, cap - b->cap);
	if (r < 0)
		return r;
	bytes = realloc(b->bytes, cap);
	if (!bytes) {
		scratch_refund_locked(tree, s, cap - b->cap);
		return -ENOMEM;
	}
	memset(bytes + b->cap, 0, cap - b->cap);
	b->bytes = bytes;
	b->cap = cap;
	return 0;
}

/* The part of a range that is in one block. */
struct block_part {
	uint64_t index;
	size_t in; /* offset in the block */
	size_t len;
};

static struct block_part part_at(uint64_t at, uint64_t end)
{
	struct block_part p = {.index = at / SCRATCH_BLOCK, .in = at % SCRATCH_BLOCK};

	p.len = SCRATCH_BLOCK - p.in;
	if (p.len > end - at)
		p.len = (size_t)(end - at);
	return p;
}

int scratch_read_locked(const struct scratch *s, uint64_t off, size_t size, struct buf *ret)
{
	size_t start = ret->len;
	char *to;
	int r;

	if (off >= s->size)
		return 0;
	if (size > s->size - off)
		size = (size_t)(s->size - off);
	r = buf_resize(ret, start + size);
	if (r < 0)
		return r;
	to = ret->data + start;
	for (uint64_t at = off; at < off + size;) {
		struct block_part p = part_at(at, off + size);
		const struct block *b = block_find(s, p.index);

		if (b && p.in < b->cap)
			memcpy(to, b->bytes + p.in,
				p.len < b->cap - p.in ? p.len : b->cap - p.in);
		to += p.len;
		at += p.len;
	}
	return 0;
}

/* Frees the bytes past size. */
static void blocks_trim(struct tree *tree, struct scratch *s, uint64_t size)
{
	uint64_t in = size % SCRATCH_BLOCK;
	size_t keep = block_position(s, size / SCRATCH_BLOCK + (in ? 1 : 0));
	const struct block *last = in ? block_find(s, size / SCRATCH_BLOCK) : NULL;

	for (size_t i = keep; i < s->block_count; i++) {
		free(s->blocks[i].bytes);
		scratch_refund_locked(tree, s, s->blocks[i].cap);
	}
	s->block_count = keep;
	if (last && in < last->cap)
		memset(last->bytes + in, 0, last->cap - in);
}

/* Makes all blocks of a range, so that the copy cannot fail half-way. */
static int blocks_make(struct tree *tree, struct scratch *s, uint64_t off, size_t len)
{
	for (uint64_t at = off; at < off + len;) {
		struct block_part p = part_at(at, off + len);
		struct block *b = block_insert(s, p.index);
		int r = b ? block_resize(tree, s, b, (uint32_t)(p.in + p.len)) : -ENOMEM;

		if (r < 0) {
			blocks_trim(tree, s, s->size);
			return r;
		}
		at += p.len;
	}
	return 0;
}

int scratch_write_locked(
	struct tree *tree, struct scratch *s, uint64_t off, const void *bytes, size_t len)
{
	const char *from = bytes;
	int r;

	if (off > INT64_MAX || len > INT64_MAX - off)
		return -EFBIG;
	if (!len)
		return 0;
	r = blocks_make(tree, s, off, len);
	if (r < 0)
		return r;
	for (uint64_t at = off; at < off + len;) {
		struct block_part p = part_at(at, off + len);

		memcpy(block_find(s, p.index)->bytes + p.in, from, p.len);
		from += p.len;
		at += p.len;
	}
	if (off + len > s->size)
		s->size = off + len;
	scratch_touch(s);
	return 0;
}

int scratch_truncate_locked(struct tree *tree, struct scratch *s, uint64_t size)
{
	blocks_trim(tree, s, size);
	s->size = size;
	scratch_touch(s);
	return 0;
}

int scratch_reserve_locked(
	struct tree *tree, struct scratch *s, int mode, uint64_t off, uint64_t len)
{
	if (mode & ~FALLOC_FL_KEEP_SIZE)
		return -EOPNOTSUPP;
	if (len == 0 || off > INT64_MAX || len > INT64_MAX - off)
		return -EFBIG;
	if (len > tree->options.scratch_max - tree->scratch_used)
		return -ENOSPC;
	if (!(mode & FALLOC_FL_KEEP_SIZE) && off + len > s->size)
		s->size = off + len;
	scratch_touch(s);
	return 0;
}

static void set_times(struct scratch *s, const struct stat *attr, unsigned set)
{
	struct timespec now = clock_real();

	if (set & (TREE_SET_ATIME | TREE_SET_ATIME_NOW))
		s->atime = set & TREE_SET_ATIME_NOW ? now : attr->st_atim;
	if (set & (TREE_SET_MTIME | TREE_SET_MTIME_NOW))
		s->mtime = set & TREE_SET_MTIME_NOW ? now : attr->st_mtim;
	s->ctime = set & TREE_SET_CTIME ? attr->st_ctim : now;
}

int scratch_setattr_locked(
	struct tree *tree, struct scratch *s, const struct stat *attr, unsigned set)
{
	if (set & TREE_SET_SIZE) {
		int r = S_ISREG(s->mode) && attr->st_size >= 0
				? scratch_truncate_locked(tree, s, (uint64_t)attr->st_size)
				: -EINVAL;

		if (r < 0)
			return r;
	}
	if (set & TREE_SET_UID)
		s->uid = attr->st_uid;
	if (set & TREE_SET_GID)
		s->gid = attr->st_gid;
	if (set & TREE_SET_MODE)
		s->mode = (s->mode & S_IFMT) | (attr->st_mode & 07777);
	set_times(s, attr, set);
	return 0;
}
