/* SPDX-License-Identifier: MIT */
/* Words that mean something: addresses, CIDRs, enums. The syntax is checked here, what it means is
 * the API's. */
#ifndef MODEL_SCALAR_H
#define MODEL_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "model/schema.h"

/* One value of a field, of a list one item. where starts the sentence, hint ends it ("" for none).
 * Errors: -EINVAL with "WHERE: "foo" is not ...; expected ...HINT". */
int scalar_check(const struct schema_field *schema, const char *scalar, const char *where,
	const char *hint, struct err *err);

/* A list of this field has no item, and must have one. Returns -EINVAL. */
int scalar_refuse_none(
	const struct schema_field *schema, const char *where, struct err *err);

/* 1 or 0; -EINVAL for what kstrtobool would not take either. */
int scalar_bool(const char *scalar);

/* Whether the text is a whole number of 32 bits. */
bool scalar_is_int(const char *scalar, size_t len);

#define SCALAR_CANONICAL_MAX 64
/* The one spelling of an address or CIDR (host bits cleared). False when the word is neither. */
bool scalar_canonical(const char *scalar, char out[SCALAR_CANONICAL_MAX]);

#endif
