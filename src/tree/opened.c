/* SPDX-License-Identifier: MIT */
/* What is open, so that the end can close it. */
#include "opened.h"

void opened_add_locked(
	struct tree *tree, struct opened *o, void (*drop)(struct opened *self))
{
	o->drop = drop;
	o->prev = NULL;
	o->next = tree->opened;
	if (o->next)
		o->next->prev = o;
	tree->opened = o;
}

void opened_remove_locked(struct tree *tree, struct opened *o)
{
	if (o->next)
		o->next->prev = o->prev;
	if (o->prev)
		o->prev->next = o->next;
	else
		tree->opened = o->next;
}

void opened_drop_all(struct tree *tree)
{
	while (tree->opened)
		tree->opened->drop(tree->opened);
}
