/* SPDX-License-Identifier: MIT */
/* What a value of an answer means. ProtoJSON spells one value in several ways, and a default may be
 * written or left out. */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include "model/schema.h"

#define VALUE_DIGITS_MAX 24 /* bytes of a number with the NUL */

/* Whether the value equals a missing one: NULL, null, false, 0, "", an empty array, an object whose
 * members are all such values. */
bool value_is_default(const json_t *value);
/* As value_is_default, for a value of this schema field: the name of an enum's zero is a default,
 * too. */
bool value_is_zero(const struct schema_field *schema, const json_t *value);
/* The name of an enum's number; NULL if the table does not know the number. Borrowed from the
 * table. */
const char *value_enum_name(const struct schema_field *schema, json_int_t number);
/* Reads a whole number: 80, "80" and 8e1 are the same. False for anything else. */
bool value_int(const json_t *value, json_int_t *ret);
/* The caller's own copy in vpcfs's spelling: enums by name if it is known, whole numbers as
 * numbers. NULL if memory runs out. */
json_t *value_copy(const struct schema_field *schema, const json_t *value);

#endif
