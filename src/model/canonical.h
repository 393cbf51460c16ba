/* SPDX-License-Identifier: MIT */
/* Whether two values of a mask field mean the same. Lists that the schema calls sets are compared
 * as sets; addresses and CIDRs are compared by what they mean (10.0.0.1/13 is 10.0.0.0/13,
 * 2001:DB8::1 is 2001:db8::1); a default equals a missing value. */
#ifndef MODEL_CANONICAL_H
#define MODEL_CANONICAL_H

#include <jansson.h>
#include <stdbool.h>
#include "base/buf.h"
#include "model/schema.h"

/* NULL is a missing value. Errors: -ENOMEM. */
int canonical_equal(const struct schema_field *schema, const json_t *a, const json_t *b,
	bool *ret_equal);
/* Adds a text without NUL. Two items of this list get the same text if, and only if, they mean the
 * same. Errors: -ENOMEM, -EFBIG. */
int canonical_add_item(
	const struct schema_field *list, const json_t *item, struct buf *ret);
/* Adds to ret the items of array that are not in other, each once. Errors: -ENOMEM, -EFBIG. */
int canonical_list_minus(const struct schema_field *list, const json_t *array,
	const json_t *other, json_t *ret);

#endif
