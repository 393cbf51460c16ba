/* SPDX-License-Identifier: MIT */
/* Whether an object is as the schema says. An answer of the API may hold more than that. A person's
 * text may not, and may not hold what only the API sets. */
#ifndef MODEL_VALIDATE_H
#define MODEL_VALIDATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct validation {
	int errnum;
	bool is_strict; /* a person's text */
	/* the text that was parsed, for line and column; NULL if there is none */
	const char *text;
	size_t len;
};

int validate_json(const struct validation *validation, json_t *object, struct err *err);

#endif
