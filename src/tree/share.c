/* SPDX-License-Identifier: MIT */
/* Readers of one text share its pages, so that reading it again asks for nothing but the opening. Size and pages of an inode in
 * the kernel then belong to that text. So a text that changes, and a writer, get a node of their own, and who has the old
 * one open reads it to its end.
 *
 * But a lock is on an inode, and those who wait for it must go on to wait for the same: where somebody holds one, or waits, the
 * node stays, and readers who do not ask for the lock may see what is being written. */
#include "share.h"

#include <errno.h>
#include "base/clock.h"
#include "base/locks.h"

#define BACK_MS 500 /* from ESTALE to the opening that follows */

static void count_down(uint16_t *count)
{
	if (*count != UINT16_MAX)
		--*count;
}

static void count_up(uint16_t *count)
{
	if (*count != UINT16_MAX)
		++*count;
}

static uint64_t text_hash(const struct field *f)
{
	uint64_t hash = hash_bytes(0, buf_str(&f->decide.text), f->decide.text.len);

	return hash ? hash : 1;
}

/* The kernel looks a name up again on ESTALE, once (fs/namei.c, do_filp_open): who comes back to the same name is served
 * where it is, and so is who has no name to look up, as with /proc/self/fd. */
static bool was_sent_away_locked(const struct node *node, const struct op *op)
{
	struct bounce *b = node_tree(node)->bounces;

	for (size_t i = 0; i < BOUNCES; i++) {
		if (b[i].pid != op->pid || b[i].ino != node->ino)
			continue;
		b[i].pid = 0;
		return true;
	}
	return false;
}

static int send_away_locked(const struct node *node, const struct op *op, bool writes)
{
	struct tree *tree = node_tree(node);

	tree->bounces[tree->next_bounce++ % BOUNCES] = (struct bounce){.pid = op->pid,
		.ino = node->ino,
		.writes = writes,
		.until_ms = clock_mono_ms() + BACK_MS};
	return -ESTALE;
}

/* A writer looks the name up again at this moment: it shall not find readers there again. */
static bool is_awaited_locked(const struct node *node)
{
	const struct bounce *b = node_tree(node)->bounces;
	uint64_t now = clock_mono_ms();

	for (size_t i = 0; i < BOUNCES; i++) {
		if (b[i].pid && b[i].writes && b[i].ino == node->ino && b[i].until_ms > now)
			return true;
	}
	return false;
}

void share_freeze_locked(struct node *node)
{
	if (!node->sharers || node->bits & BIT_FROZEN)
		return;
	if (locks_are_on(node->ino)) {
		node->kept = 0; /* what is told of it now is not what they read */
		return;
	}
	node_orphan_locked(node);
	node->bits |= BIT_FROZEN;
}

/* It is what everybody else reads there, and it stays so until a touch; one that came while it was asked for may have come
 * before this opening. */
static bool may_share_locked(
	const struct node *n, const struct field *f, uint64_t stamp, uint64_t hash)
{
	const struct tree *tree = node_tree(n);

	return f->attr.until_us && tree->notifier && tree->stamp == stamp &&
	       !tree->changing && !n->writers && n->sharers < UINT16_MAX - 1 &&
	       !is_awaited_locked(n) && (!n->sharers || n->kept == hash);
}

static void begin_reading_locked(struct node *n, const struct field *f, uint64_t stamp,
	struct share *ret, struct tree_open *ret_open)
{
	uint64_t hash = text_hash(f);

	if (!may_share_locked(n, f, stamp, hash)) {
		n->kept = 0; /* a private mapping of it puts its text among the pages */
		return;
	}
	ret->shares = ret_open->shares = true;
	ret_open->keeps = n->kept == hash;
	n->kept = hash;
	n->sharers++;
}

int share_begin_locked(struct node *n, const struct op *op, const struct field *f,
	uint64_t stamp, struct share *ret, struct tree_open *ret_open)
{
	bool is_back = was_sent_away_locked(n, op);

	if (f->writable && !is_back)
		share_freeze_locked(n);
	if (n->bits & BIT_FROZEN)
		return is_back ? 0 : send_away_locked(n, op, f->writable);
	if (!f->writable) {
		begin_reading_locked(n, f, stamp, ret, ret_open);
		return 0;
	}
	n->kept = 0;
	ret->writes = true;
	count_up(&n->writers);
	return 0;
}

void share_end_locked(struct node *n, const struct share *share)
{
	if (share->shares)
		count_down(&n->sharers);
	if (share->writes)
		count_down(&n->writers);
}
