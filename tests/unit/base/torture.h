/* SPDX-License-Identifier: MIT */
/* The nth allocation fails: link with torture_args, so that what the layers under test allocate
 * goes through here. */
#ifndef TORTURE_H
#define TORTURE_H

#include <stdbool.h>

/* From now on the nth allocation (from 0) of any thread fails, once; -1: none. */
void torture_arm(int nth);
/* Whether it did. Disarms. */
bool torture_has_failed(void);

#endif
