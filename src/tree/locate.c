/* SPDX-License-Identifier: MIT */
/* Where a node is: walks upwards under the lock, so that it sees the place before or after a
 * concurrent rename. */
#include <errno.h>
#include <string.h>
#include "inode.h"
#include "intern.h"

const struct node *node_anchor_locked(const struct node *node)
{
	while (node && !node_data(node))
		node = parent_of(node);
	return node;
}

bool node_is_below_locked(const struct node *node, const struct node *ancestor)
{
	while (node && node != ancestor)
		node = parent_of(node);
	return node != NULL;
}

struct node *node_view_dir_locked(struct node *node)
{
	while (node && !node_is_view(node, NODE_DIR))
		node = parent_of(node);
	return node;
}

bool node_shares_object(const struct node *a, const struct node *b)
{
	bool shares;

	tree_lock(node_tree(a));
	shares = node_anchor_locked(a) == node_anchor_locked(b);
	tree_unlock(node_tree(a));
	return shares;
}

/* Writes the path from the end of buf towards its start. Returns where the path begins, or NULL if
 * buf is too small. */
static char *path_up(
	const struct node *node, const struct node *end, char *buf, size_t size)
{
	char *at = buf + size - 1;

	*at = '\0';
	for (const struct node *n = node; n != end && n->name; n = parent_of(n)) {
		size_t len = n->name->len, sep = *at ? 1 : 0;

		if ((size_t)(at - buf) < len + sep)
			return NULL;
		if (sep)
			*--at = '/';
		at -= len;
		memcpy(at, n->name->text, len);
	}
	return at;
}

int node_locate(const struct node *node, struct node_place *ret)
{
	struct tree *tree = node_tree(node);
	const struct node *anchor;
	char *path;

	tree_lock(tree);
	anchor = node_anchor_locked(node);
	ret->data = anchor ? node_data(anchor) : NULL;
	path = path_up(node, anchor, ret->path, sizeof(ret->path));
	tree_unlock(tree);
	if (!path)
		return -ENAMETOOLONG;
	memmove(ret->path, path, strlen(path) + 1);
	return 0;
}
