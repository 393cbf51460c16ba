/* SPDX-License-Identifier: MIT */
/* Which leaves of a VPC a PATCH is about. */
#ifndef EMULATOR_MASK_H
#define EMULATOR_MASK_H

#include <stdbool.h>
#include <jansson.h>
#include "profile.h"

/* request: decoded. ret_leaves: from updateMask, or without one from the fields that are there.
 * Returns the first path (a new string in *ret_unknown, freed by the caller) that the profile does
 * not know. */
bool mask_leaves(const struct profile *p, const json_t *request, unsigned *ret_leaves,
	char **ret_unknown);

#endif
