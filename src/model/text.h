/* SPDX-License-Identifier: MIT */
/* The text of a file from a JSON value and back. */
#ifndef MODEL_TEXT_H
#define MODEL_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include "base/buf.h"
#include "base/err.h"
#include "model/doc.h"

/* Adds what the file shows. NULL: what a default looks like. Errors: -ENOMEM, -EFBIG. */
int text_show(const struct doc_field *field, const json_t *value, struct buf *ret);

/* What a person wrote into a file. */
struct text {
	const char *path; /* of the file, for the sentence */
	const struct schema_field *schema;
	bool may_be_empty; /* more of a list, where nothing more is fine */
	const char *bytes;
	size_t len;
};
/* A new value. Errors: -EINVAL with a sentence, -ENOMEM. */
int text_parse(const struct text *text, json_t **ret, struct err *err);

#endif
