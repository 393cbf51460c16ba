/* SPDX-License-Identifier: MIT */
/* Scalars with a syntax of their own: addresses, CIDRs, enums. This layer checks the syntax; the
 * API checks the meaning. */
#ifndef MODEL_SCALAR_H
#define MODEL_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "model/schema.h"

/* Checks one value of a field, or one item of a list. where starts the error message, hint ends it
 * ("" for none). Errors: -EINVAL with "WHERE: "foo" is not ...; expected ...HINT". */
int scalar_check(const struct schema_field *schema, const char *scalar, const char *where,
	const char *hint, struct err *err);

/* Refuses a list that has no item and must have one. Returns -EINVAL. */
int scalar_refuse_none(
	const struct schema_field *schema, const char *where, struct err *err);

/* 1 or 0; -EINVAL for text that kstrtobool would refuse as well. */
int scalar_bool(const char *scalar);

/* Whether the text is a whole number of 32 bits. */
bool scalar_is_int(const char *scalar, size_t len);

#define SCALAR_CANONICAL_MAX 64
/* Writes the canonical spelling of an address or CIDR (host bits cleared). False if the scalar is
 * neither. */
bool scalar_canonical(const char *scalar, char out[SCALAR_CANONICAL_MAX]);

#endif
