/* SPDX-License-Identifier: MIT */
/* The strict reader of spec.json. */
#ifndef MODEL_SPEC_READ_H
#define MODEL_SPEC_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "model/schema.h"
#include "json_path.h"

struct spec {
	const char *text; /* borrowed */
	size_t len;
	bool is_part; /* of a draft: whatever is missing stands elsewhere; names may repeat */
	json_t *object; /* owned */
};

/* Parses text and len into object and checks keys, types and what is required. Errors: -EINVAL,
 * -ENOMEM. */
int spec_read(struct spec *spec, struct err *err);
void spec_release(struct spec *spec);
/* "line 4 column 3: zone", where a leaf stands in the text. */
void spec_where(const struct spec *spec, const struct schema_field *mask_field,
	char out[JSON_PATH_TEXT_MAX]);
/* Checks the syntax of a mask field's values, but for those that its value before, was, has as
 * well: what the API once gave is not refused. want and was are as mask_field_get gives them; was
 * may be NULL. Errors: -EINVAL, -ENOMEM. */
int spec_check_leaf(const struct spec *spec, const struct schema_field *mask_field,
	const json_t *want, const json_t *was, struct err *err);

#endif
