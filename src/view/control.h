/* SPDX-License-Identifier: MIT */
/* `.vpcfs` with the directories in it, their files, and the mount's `.error`. */
#ifndef VIEW_CONTROL_H
#define VIEW_CONTROL_H

#include "mount.h"
#include "tree/node.h"

struct control {
	const char *path;
	mode_t mode;
	/* Adds the text to ret. Writes *ret_at only if the text has a time of its own; the caller
	 * sets it to the start of the mount before. */
	int (*show)(struct view *view, struct buf *ret, struct timespec *ret_at);
	const struct node_ops *ops;
};

extern const struct control controls[];
extern const size_t control_count;
extern const struct node_ops control_dir_ops; /* of `.vpcfs` and the directories in it */
/* The operations of files that are not in the table: the links in by-id and the texts in rejected.
 */
extern const struct node_ops control_file_ops;

/* Returns NULL if the table has no such path. */
const struct control *control_find(const char *path);
/* Returns the part of path that follows "dir/", "" if path is dir itself, NULL if path is not below
 * dir. */
const char *control_path_in(const char *path, const char *dir);
/* Adds the target of the link `.vpcfs/by-id/FILE`. Errors: -ENOENT, -ENOMEM. */
int control_show_link(struct view *view, const char *file, struct buf *ret);

#endif
