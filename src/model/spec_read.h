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
	/* part of a draft: other files may have what is missing, and names may repeat */
	bool is_part;
	json_t *object; /* owned */
};

/* Parses text and len into object, and checks keys, types and required fields. Release spec on
 * failure, too. Errors: -EINVAL, -ENOMEM. */
int spec_read(struct spec *spec, struct err *err);
void spec_release(struct spec *spec);
/* Writes where a mask field stands in the text: "line 4 column 3: zone". */
void spec_where(const struct spec *spec, const struct schema_field *mask_field,
	char out[JSON_PATH_TEXT_MAX]);
/* Checks the syntax of a mask field's value, want. Values that was has as well are not checked, so
 * that what the API once returned is not refused. want and was are as from mask_field_get; was may
 * be NULL. Errors: -EINVAL, -ENOMEM. */
int spec_check_mask_field(const struct spec *spec, const struct schema_field *mask_field,
	const json_t *want, const json_t *was, struct err *err);

#endif
