/* SPDX-License-Identifier: MIT */
/* The schema table as a tree, and as the mask fields that a PATCH can name. */
#ifndef MODEL_SCHEMA_TREE_H
#define MODEL_SCHEMA_TREE_H

#include "model/schema.h"

/* The schema fields directly below a directory (NULL: the VPC's own), one after the other in the
 * table's order. after is the previous one, NULL for the first. */
const struct schema_field *schema_next_child(
	const struct schema_field *dir, const struct schema_field *after);
/* The schema field directly below dir whose path ends in this name ("*" for the items of a list);
 * NULL if there is none. */
const struct schema_field *schema_child(const struct schema_field *dir, const char *name);
/* Whether the schema field is a member of the JSON object: not spec.json, vpc.json or .error. */
bool schema_is_member(const struct schema_field *schema);
/* Whether the schema field has a file or directory. An item's name has none. */
bool schema_is_file(const struct schema_field *schema);
/* Whether the schema field stands for the items of a list. */
bool schema_is_item(const struct schema_field *schema);
/* The path of the VPC's own schema field with this flag, which must be one that exactly one schema
 * field has. */
const char *own_path(unsigned flag);
/* The key of the name of a list's items. */
const char *schema_name_key(const struct schema_field *list);
/* The path below a list's item, "ipam/prefixLength"; NULL for a schema field that is not below an
 * item. */
const char *schema_below_item(const struct schema_field *schema);

/* A mask field is the first of the schema fields that share a mask: what a PATCH sets as a whole.
 * Returns them one after the other in the table's order. after is the previous one, NULL for the
 * first. */
const struct schema_field *mask_field_next(const struct schema_field *after);
/* The mask field to which a schema field with a mask belongs. */
const struct schema_field *mask_field_of(const struct schema_field *schema);

#endif
