/* SPDX-License-Identifier: MIT */
/* The directories of a VPC. */
#ifndef VIEW_VPC_DIR_H
#define VIEW_VPC_DIR_H

#include "tree/node.h"

extern const struct node_ops vpc_dir_ops;

#endif
