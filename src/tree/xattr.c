/* SPDX-License-Identifier: MIT */
/* Extended attributes of scratch nodes: only user.*, charged to the limit. Field files have none.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include "base/clock.h"
#include "inode.h"
#include "scratch.h"

#define XATTR_COST 64 /* bytes charged in addition to name and value */

static bool is_user(const char *name)
{
	return strncmp(name, "user.", 5) == 0 && name[5];
}

static struct xattr **xattr_find(struct scratch *s, const char *name)
{
	struct xattr **at = &s->xattrs;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

static uint64_t xattr_cost(const struct xattr *x)
{
	return XATTR_COST + strlen(x->name) + x->len;
}

static struct xattr *xattr_new(const char *name, const void *value, size_t len)
{
	size_t room = strlen(name) + 1;
	struct xattr *x = malloc(sizeof(*x) + room + len);

	if (!x)
		return NULL;
	x->len = len;
	x->value = x->name + room;
	memcpy(x->name, name, room);
	if (len)
		memcpy(x->value, value, len);
	return x;
}

static void xattr_drop_locked(struct tree *tree, struct scratch *s, struct xattr **at)
{
	struct xattr *x = *at;

	*at = x->next;
	scratch_refund_locked(tree, s, xattr_cost(x));
	free(x);
}

static int set_locked(struct tree *tree, struct scratch *s, struct xattr *x, int flags)
{
	struct xattr **old = xattr_find(s, x->name);
	int r;

	if (*old && flags & XATTR_CREATE)
		return -EEXIST;
	if (!*old && flags & XATTR_REPLACE)
		return -ENODATA;
	r = scratch_charge_locked(tree, s, xattr_cost(x));
	if (r < 0)
		return r;
	if (*old)
		xattr_drop_locked(tree, s, old);
	x->next = s->xattrs;
	s->xattrs = x;
	s->ctime = clock_real();
	return 0;
}

/* The scratch node that may have this attribute; pinned, on failure too. */
static int node_with_xattrs(
	struct tree *tree, uint64_t id, const char *name, struct node **ret)
{
	*ret = node_get(tree, id);
	if (!*ret)
		return -ESTALE;
	return node_is_scratch(*ret) && is_user(name) ? 0 : -EOPNOTSUPP;
}

int tree_setxattr(struct tree *tree, uint64_t id, const char *name, const void *value,
	size_t len, int flags)
{
	CLEANUP_NODE struct node *node = NULL;
	struct xattr *x;
	int r = node_with_xattrs(tree, id, name, &node);

	if (r < 0)
		return r;
	if (len > TREE_XATTR_MAX)
		return -E2BIG;
	x = xattr_new(name, value, len);
	if (!x)
		return -ENOMEM;
	tree_lock(tree);
	r = set_locked(tree, node->scratch, x, flags);
	tree_unlock(tree);
	if (r < 0)
		free(x);
	return r;
}

int tree_getxattr(struct tree *tree, uint64_t id, const char *name, struct buf *ret)
{
	CLEANUP_NODE struct node *node = NULL;
	struct xattr *x;
	int r = node_with_xattrs(tree, id, name, &node);

	if (r < 0)
		return r;
	tree_lock(tree);
	x = *xattr_find(node->scratch, name);
	r = x ? buf_add(ret, x->value, x->len) : -ENODATA;
	tree_unlock(tree);
	return r;
}

int tree_listxattr(struct tree *tree, uint64_t id, struct buf *ret)
{
	CLEANUP_NODE struct node *node = node_get(tree, id);
	int r = 0;

	if (!node)
		return -ESTALE;
	if (!node_is_scratch(node))
		return 0;
	tree_lock(tree);
	for (struct xattr *x = node->scratch->xattrs; x && r == 0; x = x->next)
		r = buf_add(ret, x->name, strlen(x->name) + 1);
	tree_unlock(tree);
	return r;
}

int tree_removexattr(struct tree *tree, uint64_t id, const char *name)
{
	CLEANUP_NODE struct node *node = NULL;
	int r = node_with_xattrs(tree, id, name, &node);
	struct xattr **at;

	if (r < 0)
		return r;
	tree_lock(tree);
	at = xattr_find(node->scratch, name);
	r = *at ? 0 : -ENODATA;
	if (r == 0) {
		xattr_drop_locked(tree, node->scratch, at);
		node->scratch->ctime = clock_real();
	}
	tree_unlock(tree);
	return r;
}
