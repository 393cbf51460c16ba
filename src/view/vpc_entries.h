/* SPDX-License-Identifier: MIT */
/* Making, removing and moving names in the directories of a VPC: the entries of the API's lists. */
#ifndef VIEW_VPC_ENTRIES_H
#define VIEW_VPC_ENTRIES_H

#include "vpc_place.h"

/* As the operations of tree/node.h. Of *ret only the path and the field are filled in. */
int vpc_dir_create(
	struct node *dir, const struct op *op, const char *name, struct vpc_place *ret);
int vpc_dir_make(
	struct node *dir, const struct op *op, const char *name, struct vpc_place *ret);
int vpc_dir_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch);
int vpc_dir_unlink(struct node *dir, const struct op *op, const char *name);
int vpc_dir_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name, bool noreplace);

#endif
