/* SPDX-License-Identifier: MIT */
/* The body of a scratch node: its life, its cost, and the mark of its writer. */
#include "scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"

int scratch_charge_locked(struct tree *tree, struct scratch *s, uint64_t bytes)
{
	if (bytes > tree->options.scratch_max - tree->scratch_used)
		return -ENOSPC;
	tree->scratch_used += bytes;
	if (s)
		s->charged += bytes;
	return 0;
}

void scratch_refund_locked(struct tree *tree, struct scratch *s, uint64_t bytes)
{
	tree->scratch_used -= bytes;
	if (s)
		s->charged -= bytes;
}

void scratch_touch(struct scratch *s)
{
	s->mtime = s->ctime = clock_real();
}

struct scratch *scratch_alloc(mode_t mode, const char *target)
{
	struct scratch *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (target && !(s->target = strdup(target))) {
		free(s);
		return NULL;
	}
	s->mode = mode;
	s->size = target ? strlen(target) : 0;
	s->nlink = S_ISDIR(mode) ? 1 : 0; /* for "."; each name adds one */
	scratch_touch(s);
	s->atime = s->mtime;
	return s;
}

void scratch_free(struct scratch *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->block_count; i++)
		free(s->blocks[i].bytes);
	free(s->blocks);
	for (struct xattr *x = s->xattrs, *next; x; x = next) {
		next = x->next;
		free(x);
	}
	scratch_mark_release(&s->mark);
	free(s->target);
	free(s);
}

void scratch_stat_locked(const struct node *node, struct stat *ret)
{
	const struct scratch *s = node->scratch;
	uint64_t allocated = 0;

	for (size_t i = 0; i < s->block_count; i++)
		allocated += s->blocks[i].cap;
	*ret = (struct stat){
		.st_ino = s->ino,
		.st_mode = s->mode,
		.st_nlink = s->nlink,
		.st_uid = s->uid,
		.st_gid = s->gid,
		.st_size = (off_t)s->size,
		.st_blksize = SCRATCH_BLOCK,
		.st_blocks = (blkcnt_t)((allocated + 511) / 512),
		.st_atim = s->atime,
		.st_mtim = s->mtime,
		.st_ctim = s->ctime,
	};
}

void scratch_mark_put_locked(struct scratch *s, struct scratch_mark *mark)
{
	struct scratch_mark old = s->mark;

	s->mark = *mark;
	if (mark->base) {
		*mark = old;
		return;
	}
	s->mark.base = old.base;
	s->mark.base_free = old.base_free;
}

void scratch_mark_take_locked(struct scratch *s, struct scratch_mark *ret)
{
	*ret = s->mark;
	s->mark = (struct scratch_mark){0};
}

void scratch_mark_release(struct scratch_mark *mark)
{
	if (mark->base && mark->base_free)
		mark->base_free(mark->base);
	mark->base = NULL;
}
