/* SPDX-License-Identifier: MIT */
/* What the other files of this layer may do with a document. */
#ifndef MODEL_DOC_INT_H
#define MODEL_DOC_INT_H

#include <jansson.h>
#include "model/doc.h"
#include "parsed.h"

/* Opens the document for reading. What is found in it is borrowed from ret. Errors: -EBADMSG with a
 * sentence for a document that cannot be read, -ENOMEM. */
int doc_open(const struct doc *doc, struct parsed **ret, struct err *err);
/* The VPC's own updatedAt, without parsing. False if there is none. */
bool doc_own_mtime(const struct doc *doc, struct timespec *ret);
/* Makes a document from this object. Errors: as doc_from_val. */
int doc_from_object(json_t *root, struct doc **ret, struct err *err);
/* As doc_from_object, with the text from which root was parsed, so that it need not be printed. */
int doc_from_text(
	json_t *root, const char *text, size_t len, struct doc **ret, struct err *err);
/* Makes a document that is not readable from what scan_repair made of its text. problem says what
 * could not be read.
 * Errors: -EBADMSG with a sentence (not an object, no id), -ENOMEM. */
int doc_from_repaired(json_t *root, const char *problem, struct doc **ret, struct err *err);
/* Adds the text of spec.json. Errors: -ENOMEM, -EFBIG. */
int spec_show(const json_t *root, struct buf *ret);

#endif
