/* SPDX-License-Identifier: MIT */
/* What a value of an answer means, however it is spelled. */
#include "value.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "scalar.h"

#define DEFAULT_DEPTH_MAX 16 /* levels; a value nested deeper than this counts as set */

static bool is_default_at(const json_t *value, unsigned depth)
{
	const char *key;
	json_t *member;

	json_object_foreach ((json_t *)value, key, member) {
		if (depth >= DEFAULT_DEPTH_MAX || !is_default_at(member, depth + 1))
			return false;
	}
	return !json_is_true(value) && !json_string_length(value) &&
	       !json_array_size(value) && json_number_value(value) == 0;
}

bool value_is_default(const json_t *value)
{
	return is_default_at(value, 0);
}

const char *value_enum_name(const struct schema_field *schema, json_int_t number)
{
	for (const struct enum_value *v = schema->values; v && v->name; v++) {
		if (v->number == number)
			return v->name;
	}
	return NULL;
}

bool value_is_zero(const struct schema_field *schema, const json_t *value)
{
	const char *text = json_string_value(value);
	const char *zero = schema->type == FIELD_ENUM ? value_enum_name(schema, 0) : NULL;
	json_int_t number;

	if (value_is_default(value) || (text && zero && strcmp(text, zero) == 0))
		return true;
	return schema->type == FIELD_INT && value_int(value, &number) && number == 0;
}

bool value_int(const json_t *value, json_int_t *ret)
{
	const char *text = json_string_value(value);
	double real = json_is_real(value) ? json_real_value(value) : 0.5;

	if (json_is_integer(value))
		*ret = json_integer_value(value);
	else if (text && scalar_is_int(text, json_string_length(value)))
		*ret = strtol(text, NULL, 10);
	else if (real == trunc(real) && real >= INT32_MIN && real <= INT32_MAX)
		*ret = (json_int_t)real;
	else
		return false;
	return true;
}

json_t *value_copy(const struct schema_field *schema, const json_t *value)
{
	const char *name = NULL;
	json_int_t number;

	if (schema->type == FIELD_ENUM && json_is_integer(value))
		name = value_enum_name(schema, json_integer_value(value));
	if (name)
		return json_string(name);
	if (schema->type == FIELD_INT && value_int(value, &number))
		return json_integer(number);
	return json_deep_copy(value);
}
