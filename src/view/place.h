/* SPDX-License-Identifier: MIT */
/* The place of a node: its path, and the object that the path belongs to. */
#ifndef VIEW_PLACE_H
#define VIEW_PLACE_H

#include "tree/node.h"

/* Writes "path/name", or name if path is "". Errors: -ENAMETOOLONG. */
int path_join(char out[NODE_PATH_MAX], const char *path, const char *name);
/* Finds the place of name in the directory node; of the node itself if name is NULL. Errors:
 * -ENAMETOOLONG. */
int place_of(const struct node *node, const char *name, struct node_place *ret);
/* Finds the place of the directory and that of name in it. Errors: -ENAMETOOLONG. */
int place_both(const struct node *dir, const char *name, struct node_place *ret_dir,
	struct node_place *ret);

#endif
