/* SPDX-License-Identifier: MIT */
/* The files of a VPC. */
#ifndef VIEW_VPC_FILE_H
#define VIEW_VPC_FILE_H

#include "vpc_place.h"

extern const struct node_ops vpc_file_ops, vpc_spec_ops, vpc_read_only_ops;

/* Frees a base (tree/node.h), which here is a document. */
void vpc_base_free(void *base);
/* Adds the file's text to ret, and writes its attributes. */
int vpc_show(const struct vpc_place *at, struct buf *ret, struct node_attr *ret_attr);

#endif
