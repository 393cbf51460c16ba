/* SPDX-License-Identifier: MIT */
/* Has the kernel drop attributes that are not true any more, in the thread that learnt of the
 * change.
 *
 * With a negative offset the notice takes no lock that a request can hold, and an answer to a
 * question of before is not taken any more (fs/fuse/inode.c, fuse_reverse_inval_inode). Notices
 * about names and pages do take such locks, and are not used. */
#include "session.h"

static void drop_attr(void *arg, uint64_t id)
{
	struct fs *fs = arg;

	fuse_lowlevel_notify_inval_inode(fs->session, id, -1, 0);
}

void notices_start(struct fs *fs)
{
	fs->notifier = (struct tree_notifier){.attr = drop_attr, .arg = fs};
	tree_set_notifier(fs->tree, &fs->notifier);
}
