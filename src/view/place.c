/* SPDX-License-Identifier: MIT */
/* Paths below an object of the view. */
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int path_join(char out[NODE_PATH_MAX], const char *path, const char *name)
{
	int n = snprintf(out, NODE_PATH_MAX, "%s%s%s", path, path[0] ? "/" : "", name);

	return n < 0 || n >= NODE_PATH_MAX ? -ENAMETOOLONG : 0;
}

int place_both(const struct node *dir, const char *name, struct node_place *ret_dir,
	struct node_place *ret)
{
	int r = node_locate(dir, ret_dir);

	if (r < 0)
		return r;
	ret->data = ret_dir->data;
	return path_join(ret->path, ret_dir->path, name);
}

int place_of(const struct node *node, const char *name, struct node_place *ret)
{
	struct node_place dir;

	return name ? place_both(node, name, &dir, ret) : node_locate(node, ret);
}
