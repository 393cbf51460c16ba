/* SPDX-License-Identifier: MIT */
/* Names are shared: ten thousand directories have a file "zone", and one text says so. */
#ifndef TREE_INTERN_H
#define TREE_INTERN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/map.h"

struct tree;

struct interned {
	struct map_link link; /* in tree->names */
	uint32_t refs;
	uint32_t len;
	char text[];
};

/* Counted; NULL without memory. */
struct interned *intern_get_locked(struct tree *tree, const char *text);
/* Borrowed; NULL when nobody has that name. */
struct interned *intern_find_locked(struct tree *tree, const char *text);
void intern_unref_locked(struct tree *tree, struct interned *name);

/* Names that editors leave behind, which a listing does not show: *~ .#* .*.sw? #*# 4913 */
bool name_is_hidden(const char *text);
/* 0, -ENAMETOOLONG, or -EINVAL for "", "." and "..". */
int name_check(const char *text);

#endif
