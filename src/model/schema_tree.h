/* SPDX-License-Identifier: MIT */
/* The schema table as a tree, and as the leaves that a PATCH can name. */
#ifndef MODEL_SCHEMA_TREE_H
#define MODEL_SCHEMA_TREE_H

#include "model/schema.h"

/* The rows directly below a directory (NULL: the VPC's own), in order; after NULL starts. */
const struct schema_field *schema_next_child(
	const struct schema_field *dir, const struct schema_field *after);
/* The row below dir with this last name ("*" for the items of a list), or NULL. */
const struct schema_field *schema_child(const struct schema_field *dir, const char *name);
/* Whether it is a member of the JSON object: not spec.json, vpc.json or .error. */
bool schema_is_member(const struct schema_field *schema);
/* Whether there is a file or directory of it: not of an item's name. */
bool row_is_file(const struct schema_field *schema);
/* Whether it stands for the items of a list. */
bool row_is_item(const struct schema_field *schema);
/* The path of the VPC's own row that has this flag: a role that one row has. */
const char *own_path(unsigned flag);
/* The member that the items of a list are named by. */
const char *row_name_key(const struct schema_field *list);
/* "ipam/prefixLength" for a row below a list's item, else NULL. */
const char *schema_below_item(const struct schema_field *schema);

/* A leaf is the first row of those that share a mask: what a PATCH sets as a whole. In order; after
 * NULL starts. */
const struct schema_field *mask_field_next(const struct schema_field *after);
/* The leaf that a row with a mask belongs to. */
const struct schema_field *mask_field_of(const struct schema_field *schema);

#endif
