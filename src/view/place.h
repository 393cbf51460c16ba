/* SPDX-License-Identifier: MIT */
/* Where a node is, as the operations need it. */
#ifndef VIEW_PLACE_H
#define VIEW_PLACE_H

#include "tree/node.h"

/* Errors: -ENAMETOOLONG. */
int path_join(char out[NODE_PATH_MAX], const char *path, const char *name);
/* Of the name in the directory; name NULL: of the node itself. Errors: -ENAMETOOLONG. */
int place_of(const struct node *node, const char *name, struct node_place *ret);
/* Of the directory, and of the name in it. */
int place_both(const struct node *dir, const char *name, struct node_place *ret_dir,
	struct node_place *ret);
uint64_t key_of_id(const char *id);

#endif
