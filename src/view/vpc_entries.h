/* SPDX-License-Identifier: MIT */
/* Names made, removed and moved in the directories of a VPC: entries of the API's lists. */
#ifndef VIEW_VPC_ENTRIES_H
#define VIEW_VPC_ENTRIES_H

#include "vpc_place.h"

/* As the operations of tree/node.h; of what is made only the path and the field are filled in. */
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
