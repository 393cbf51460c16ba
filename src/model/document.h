/* SPDX-License-Identifier: MIT */
/* What the files of this layer may see of a document. */
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include <jansson.h>
#include "model/doc.h"

/* The object; borrowed, and shared by every reader: never changed, and its values never get a reference of their own
 * (json_deep_copy them), so that readers write nothing at all to what they share. */
json_t *doc_root(const struct doc *doc);
/* A document of this object, checked. Takes root, also on failure; NULL is -ENOMEM. Errors: as doc_from_val. */
int doc_from_json_take(json_t *root, bool is_draft, struct doc **ret, struct err *err);

#endif
