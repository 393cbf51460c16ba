/* SPDX-License-Identifier: MIT */
/* The two sources of a draft: spec.json, and the files of its fields. */
#ifndef MODEL_DRAFT_FIELDS_H
#define MODEL_DRAFT_FIELDS_H

#include <jansson.h>
#include "base/map.h"
#include "model/draft.h"
#include "model/schema.h"

/* What the files of a draft hold. Caller's memory. */
struct draft_fields {
	json_t *object;	     /* owned: the VPC as the files of its fields describe it */
	struct map items;    /* the items of its lists by path: "vpcPrefixes/NAME" */
	struct map numbered; /* NAMEs of NAME~NUMBER: whether seen once or more often */
	size_t count;	     /* files of settable fields; `name` is not counted */
	const struct draft_file *spec; /* borrowed; spec.json, or NULL */
};

/* Reads all files; of spec.json it only notes where it is. Release fields on failure, too. Errors:
 * -EIO with a sentence, -ENOMEM. */
int draft_fields_read(struct draft_fields *fields, const struct draft_file *files,
	size_t count, struct err *err);
void draft_fields_release(struct draft_fields *fields);

#endif
