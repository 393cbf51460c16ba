/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SUGGEST_H
#define MODEL_SUGGEST_H

#include "model/schema.h"

/* The key below dir (NULL: the VPC's own) that was probably meant by one that does not exist; NULL
 * if there is none like it. */
const char *suggest_key(const struct schema_field *dir, const char *key);

#endif
