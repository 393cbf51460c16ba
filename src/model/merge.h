/* SPDX-License-Identifier: MIT */
/* Three-way: what was read (the base), what is there now, what this save wants. */
#ifndef MODEL_MERGE_H
#define MODEL_MERGE_H

#include <jansson.h>
#include "base/buf.h"
#include "model/schema.h"

struct merge {
	const struct schema_field *mask_field;
	const json_t *was, *is, *want; /* borrowed; want differs from was */
	struct buf *conflicts;	       /* a line for each is added */
};

/* What the leaf shall be: want, or for a list of named items the list as it is now with what this
 * save changed, so that two people who add different entries both have theirs. Undefined where
 * there was a conflict. Errors: -ENOMEM, -EFBIG. */
int merge_mask_field(const struct merge *merge, json_t **ret);

#endif
