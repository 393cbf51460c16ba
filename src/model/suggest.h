/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SUGGEST_H
#define MODEL_SUGGEST_H

#include "model/schema.h"

/* The key that was probably meant by one that does not exist below dir (NULL: the VPC's own), or
 * NULL. */
const char *suggest_key(const struct schema_field *dir, const char *key);

#endif
