/* SPDX-License-Identifier: MIT */
/* Interned names: ten thousand directories have a file "zone" and share one copy of its name. */
#ifndef TREE_INTERN_H
#define TREE_INTERN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/map.h"

struct tree;

struct interned {
	struct map_link link; /* of tree->interns */
	uint32_t refs;
	uint32_t len;
	char text[];
};

/* The caller gets a reference. NULL if there is no memory. */
struct interned *intern_get_locked(struct tree *tree, const char *text);
/* Borrowed; NULL if no node has that name. */
struct interned *intern_find_locked(struct tree *tree, const char *text);
void intern_unref_locked(struct tree *tree, struct interned *name);

/* Whether an editor leaves files with such names behind, which listings do not show:
 * *~ .#* .*.sw? #*# 4913 */
bool name_is_hidden(const char *text);
/* Returns 0 if the text may be a name. Errors: -ENAMETOOLONG; -EINVAL for "", "." and "..". */
int name_check(const char *text);

#endif
