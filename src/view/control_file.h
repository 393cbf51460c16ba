/* SPDX-License-Identifier: MIT */
/* The files of `.vpcfs` and the mount's `.error`. */
#ifndef VIEW_CONTROL_FILE_H
#define VIEW_CONTROL_FILE_H

#include "mount.h"
#include "tree/node.h"

struct control {
	const char *path;
	mode_t mode;
	/* Adds the text; *ret_at is the start of the mount, unless it has a time of its own. */
	int (*show)(struct view *view, struct buf *ret, struct timespec *ret_at);
	const struct node_ops *ops;
};

extern const struct control controls[];
extern const size_t control_count;
/* Of what is in no such row: links of by-id, texts in rejected. */
extern const struct node_ops control_file_ops;

/* NULL when there is none of this path. */
const struct control *control_find(const char *path);
/* What stands behind "dir/" in path, NULL when path is not there; "" for the directory. */
const char *control_path_in(const char *path, const char *dir);
/* The target of `.vpcfs/by-id/FILE`. Errors: -ENOENT, -ENOMEM. */
int control_show_link(struct view *view, const char *file, struct buf *ret);

#endif
