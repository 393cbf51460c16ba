/* SPDX-License-Identifier: MIT */
/* `.vpcfs`: what its files and its directories share. */
#ifndef VIEW_CONTROL_H
#define VIEW_CONTROL_H

#include "internal.h"

struct control {
	const char *path;
	mode_t mode;
	int (*show)(
		struct view *view, struct buf *ret); /* NULL: it has a time of its own */
};

extern const struct control controls[];
extern const size_t control_count;

/* NULL when there is none of this path. */
const struct control *control_find(const char *path);
/* What stands behind "dir/" in path, NULL when path is not there; "" for the directory. */
const char *control_path_in(const char *path, const char *dir);
/* The target of `.vpcfs/by-id/FILE`. Errors: -ENOENT, -ENOMEM. */
int control_show_link(struct view *view, const char *file, struct buf *ret);
struct node_entry control_entry(const char *path, enum node_kind kind);

#endif
