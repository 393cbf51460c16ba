/* SPDX-License-Identifier: MIT */
/* Tells the kernel what changed.
 *
 * Attributes are taken from it at once, in the thread that learnt of the change: with a negative offset that touches no lock that a
 * request can hold (fs/fuse/inode.c, fuse_reverse_inval_inode), and an answer to a question of before is not taken any more.
 * A name needs its directory's lock, which a request that is under way may hold (fuse_reverse_inval_entry): a thread of its own
 * tells those, and nobody waits long for it. It does not drop the name, it lets it expire: whoever has its working directory
 * there goes on to have it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "session.h"

#define SETTLE_MS 50

struct notice {
	struct notice *next;
	uint64_t dir;
	char name[];
};

static void forget_attr(void *arg, uint64_t id)
{
	struct fs *fs = arg;

	fuse_lowlevel_notify_inval_inode(fs->session, id, -1, 0);
}

/* Without memory the kernel keeps the name until its time is over. */
static void forget_name(void *arg, uint64_t dir, const char *name)
{
	struct fs *fs = arg;
	struct notices *n = &fs->notices;
	size_t size = strlen(name) + 1;
	struct notice *notice = malloc(sizeof(*notice) + size);

	if (!notice)
		return;
	*notice = (struct notice){.dir = dir};
	memcpy(notice->name, name, size);
	pthread_mutex_lock(&n->lock);
	*n->last = notice;
	n->last = &notice->next;
	pthread_cond_broadcast(&n->changed);
	pthread_mutex_unlock(&n->lock);
}

static void tell(struct fs *fs, const struct notice *notice)
{
	size_t len = strlen(notice->name);

	/* Older kernels can only drop it. */
	if (fuse_lowlevel_notify_expire_entry(fs->session, notice->dir, notice->name, len,
		    FUSE_LL_EXPIRE_ONLY) == -ENOSYS)
		fuse_lowlevel_notify_inval_entry(
			fs->session, notice->dir, notice->name, len);
}

static struct notice *take_locked(struct notices *n)
{
	struct notice *notice = n->first;

	if (!notice)
		return NULL;
	n->first = notice->next;
	if (!n->first)
		n->last = &n->first;
	return notice;
}

static void *notices_run(void *arg)
{
	struct fs *fs = arg;
	struct notices *n = &fs->notices;
	struct notice *notice;

	pthread_mutex_lock(&n->lock);
	while (!n->ending) {
		notice = take_locked(n);
		n->is_telling = notice != NULL;
		if (!notice) {
			pthread_cond_broadcast(&n->changed);
			pthread_cond_wait(&n->changed, &n->lock);
			continue;
		}
		pthread_mutex_unlock(&n->lock);
		tell(fs, notice);
		free(notice);
		pthread_mutex_lock(&n->lock);
	}
	pthread_mutex_unlock(&n->lock);
	return NULL;
}

void notices_settle(struct fs *fs)
{
	struct notices *n = &fs->notices;
	uint64_t until_ms = 0;
	bool in_time = true;

	pthread_mutex_lock(&n->lock);
	if (n->first || n->is_telling)
		until_ms = clock_mono_ms() + SETTLE_MS;
	while ((n->first || n->is_telling) && in_time && !n->ending)
		in_time = clock_cond_wait(&n->changed, &n->lock, until_ms);
	pthread_mutex_unlock(&n->lock);
}

int notices_start(struct fs *fs)
{
	struct notices *n = &fs->notices;
	int r;

	n->notifier =
		(struct tree_notifier){.attr = forget_attr, .name = forget_name, .arg = fs};
	n->last = &n->first;
	pthread_mutex_init(&n->lock, NULL);
	clock_cond_init(&n->changed);
	r = pthread_create(&n->thread, NULL, notices_run, fs);
	n->is_running = r == 0;
	if (r == 0)
		tree_set_notifier(fs->tree, &n->notifier);
	return -r;
}

void notices_stop(struct fs *fs)
{
	struct notices *n = &fs->notices;

	if (!n->is_running)
		return;
	tree_set_notifier(fs->tree, NULL);
	pthread_mutex_lock(&n->lock);
	n->ending = true;
	pthread_cond_broadcast(&n->changed);
	pthread_mutex_unlock(&n->lock);
	pthread_join(n->thread, NULL);
	for (struct notice *notice; (notice = take_locked(n));)
		free(notice);
	pthread_cond_destroy(&n->changed);
	pthread_mutex_destroy(&n->lock);
	n->is_running = false;
}
