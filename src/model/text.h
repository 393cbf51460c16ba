/* SPDX-License-Identifier: MIT */
/* The text of a file made from a JSON value, and back. */
#ifndef MODEL_TEXT_H
#define MODEL_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include "base/buf.h"
#include "base/err.h"
#include "model/doc.h"

/* Adds the text that the file shows; for NULL the text of a default. Errors: -ENOMEM, -EFBIG. */
int text_show(const struct doc_field *field, const json_t *value, struct buf *ret);

/* What a person wrote into a file. */
struct text {
	const char *path; /* of the file, for error messages */
	const struct schema_field *schema;
	/* the text is appended to a list, so it may hold no item */
	bool may_be_empty;
	const char *bytes;
	size_t len;
};
/* Makes a value from the text. Errors: -EINVAL with a sentence, -ENOMEM. */
int text_parse(const struct text *text, json_t **ret, struct err *err);

#endif
