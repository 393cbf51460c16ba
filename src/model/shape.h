/* SPDX-License-Identifier: MIT */
/* Whether an object has the shape that the table says. An answer of the API may hold more; a
 * person's text may not, and may not hold what only the API sets. */
#ifndef MODEL_SHAPE_H
#define MODEL_SHAPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct shape {
	int errnum;
	bool is_strict;	  /* a person's text */
	const char *text; /* what it was parsed from, for line and column; NULL: none */
	size_t len;
};

int shape_check(const struct shape *shape, json_t *object, struct err *err);

#endif
