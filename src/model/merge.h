/* SPDX-License-Identifier: MIT */
/* Three-way merge: what the writer had read (the base), what the VPC has now, what this save
 * wants. */
#ifndef MODEL_MERGE_H
#define MODEL_MERGE_H

#include <jansson.h>
#include "base/buf.h"
#include "model/schema.h"

struct merge {
	const struct schema_field *mask_field;
	const json_t *was, *is, *want; /* borrowed; want differs from was */
	struct buf *conflicts;	       /* gets a line for each conflict */
};

/* Merges one mask field. *ret is want; for a list of named items it is the current list with this
 * save's changes, so that two people who add different entries both keep theirs. *ret is undefined
 * if there was a conflict. Errors: -ENOMEM, -EFBIG. */
int merge_mask_field(const struct merge *merge, json_t **ret);

#endif
