/* SPDX-License-Identifier: MIT */
/* What a value of an answer means: ProtoJSON spells one value in several ways, and leaves a default
 * out or writes it. */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include "model/schema.h"

#define VALUE_DIGITS_MAX 24 /* bytes of a number with the NUL */

/* Whether the value is as good as a missing one: NULL, null, false, 0, "", an empty array, an
 * object of such members. */
bool value_is_default(const json_t *value);
/* The same for a value of this row: the name of an enum's zero is a default as well. */
bool value_is_zero(const struct schema_field *schema, const json_t *value);
/* The name of an enum's number; NULL for a number that the table does not know. Borrowed from the
 * table. */
const char *value_enum_name(const struct schema_field *schema, json_int_t number);
/* A whole number: 80, "80" and 8e1 are the same. False for anything else. */
bool value_int(const json_t *value, json_int_t *ret);
/* The caller's own copy in the spelling of this program: enums by name where it is known, whole
 * numbers as numbers.
 * NULL without memory. */
json_t *value_copy(const struct schema_field *schema, const json_t *value);

#endif
