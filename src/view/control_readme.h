/* SPDX-License-Identifier: MIT */
/* The text of `.vpcfs/README`. */
#ifndef VIEW_CONTROL_README_H
#define VIEW_CONTROL_README_H

extern const char control_readme[];

#endif
