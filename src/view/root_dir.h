/* SPDX-License-Identifier: MIT */
/* The root, and `.drafts` in it. */
#ifndef VIEW_ROOT_DIR_H
#define VIEW_ROOT_DIR_H

#include "tree/node.h"

extern const struct node_ops root_dir_ops;

#endif
