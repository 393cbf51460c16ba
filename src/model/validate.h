/* SPDX-License-Identifier: MIT */
/* Whether an object has the shape that the table says. An answer of the API may hold more; a
 * person's text may not, and may not hold what only the API sets. */
#ifndef MODEL_VALIDATE_H
#define MODEL_VALIDATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct validation {
	int errnum;
	bool is_strict;	  /* a person's text */
	const char *text; /* what it was parsed from, for line and column; NULL: none */
	size_t len;
};

int validate_json(const struct validation *validation, json_t *object, struct err *err);

#endif
