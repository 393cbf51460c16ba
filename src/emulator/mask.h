/* SPDX-License-Identifier: MIT */
/* Which mask fields of a VPC a PATCH sets. */
#ifndef EMULATOR_MASK_H
#define EMULATOR_MASK_H

#include <stdbool.h>
#include <jansson.h>
#include "profile.h"

/* request is decoded (message.h). *ret_fields gets the mask fields (enum profile_field) that
 * updateMask names, or without updateMask those that the request has. Returns false if the profile
 * does not know a path; *ret_unknown is then the first such path, a new string that the caller
 * frees (NULL without memory). */
bool mask_fields(const struct profile *p, const json_t *request, unsigned *ret_fields,
	char **ret_unknown);

#endif
