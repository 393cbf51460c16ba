/* SPDX-License-Identifier: MIT */
/* The text of a node of the view. */
#include "node_text.h"

#include <errno.h>
#include <string.h>
#include "inode.h"

int node_show(struct node *node, const struct op *op, bool must_ask, struct node_text *ret)
{
	size_t max = node->flags & NODE_LIVE ? TREE_LIVE_MAX : TREE_TEXT_MAX;

	*ret = (struct node_text){.must_ask = must_ask, .text = BUF_INIT(max)};
	return node->ops->show ? node->ops->show(node, op, ret) : 0;
}

void node_text_release(const struct node *node, struct node_text *text)
{
	node_base_drop(node->ops, STEAL(text->base));
	buf_release(&text->text);
}

int node_check_same(struct node *node, const struct op *op, uint64_t off, const char *bytes,
	size_t len, bool whole)
{
	struct node_text shown;
	int r = node_show(node, op, true, &shown);
	bool same;

	same = r == 0 && off <= shown.text.len && len <= shown.text.len - off &&
	       (!whole || len == shown.text.len) &&
	       memcmp(buf_str(&shown.text) + off, bytes, len) == 0;
	node_text_release(node, &shown);
	return r < 0 || same ? r : node_refused(node, "write", NULL, -EPERM);
}

int node_store(struct node *node, const struct op *op, struct node_store *store)
{
	if (!node->ops->store)
		return node_check_same(node, op, 0, store->text, store->len, true);
	return node->ops->store(node, op, store);
}
