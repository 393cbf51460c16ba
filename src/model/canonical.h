/* SPDX-License-Identifier: MIT */
/* Whether two values of a leaf mean the same: lists of the schema that are sets compare as sets,
 * addresses and CIDRs by what they say (10.0.0.1/13 is 10.0.0.0/13, 2001:DB8::1 is 2001:db8::1), a
 * default like a missing value. */
#ifndef MODEL_CANONICAL_H
#define MODEL_CANONICAL_H

#include <jansson.h>
#include <stdbool.h>
#include "base/buf.h"
#include "model/schema.h"

/* NULL is a missing value. Errors: -ENOMEM. */
int canonical_equal(const struct schema_field *schema, const json_t *a, const json_t *b,
	bool *ret_equal);
/* Adds a text, without NUL, that is the same for all items of this list that mean the same. Errors:
 * -ENOMEM, -EFBIG. */
int canonical_add_item(
	const struct schema_field *list, const json_t *item, struct buf *ret);
/* Adds to ret the items of array that are not in other, each once. Errors: -ENOMEM, -EFBIG. */
int canonical_list_minus(const struct schema_field *list, const json_t *array,
	const json_t *other, json_t *ret);

#endif
