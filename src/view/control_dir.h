/* SPDX-License-Identifier: MIT */
/* `.vpcfs` and the directories in it. */
#ifndef VIEW_CONTROL_DIR_H
#define VIEW_CONTROL_DIR_H

#include "tree/node.h"

extern const struct node_ops control_dir_ops;

#endif
