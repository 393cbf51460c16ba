/* SPDX-License-Identifier: MIT */
/* Makes the kernel drop stale attributes, on the thread that learnt of the change.
 *
 * With a negative offset the notice takes no lock that a request can hold, and the kernel discards
 * attributes from answers to earlier requests (fs/fuse/inode.c, fuse_reverse_inval_inode). Notices
 * about names and pages do take such locks, so we send none. */
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
