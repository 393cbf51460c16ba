/* SPDX-License-Identifier: MIT */
/* Immutable, reference-counted bytes: a VPC or list is serialised once and sent to many clients. */
#ifndef EMULATOR_TEXT_H
#define EMULATOR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base/buf.h"
#include "base/cleanup.h"

/* Other forms of the bytes, each made at the first request for it. */
enum text_form { TEXT_GZIP, TEXT_WIRE, TEXT_FORMS };

struct text {
	unsigned refs;	/* atomic */
	bool is_hashed; /* atomic: hash is valid */
	uint64_t hash[2];
	struct text *forms[TEXT_FORMS]; /* atomic, each; owned, or NULL */
	size_t len;			/* bytes */
	char bytes[];			/* NUL-terminated behind len */
};

/* Each function returns a new reference, or NULL without memory. */
struct text *text_new(const void *bytes, size_t len);
struct text *text_from_json(const json_t *json);
struct text *text_from_buf(const struct buf *b);
struct text *text_ref(struct text *t);
/* NULL is allowed. */
void text_unref(struct text *t);

static inline void text_unrefp(struct text **t)
{
	text_unref(*t);
}
#define CLEANUP_TEXT CLEANUP(text_unrefp)

/* A new reference to that form of the text; NULL if it has not been made. */
struct text *text_form(struct text *t, enum text_form form);
/* Takes and keeps this form of the text, unless another thread has stored one meanwhile, and
 * returns a new reference to the stored one. NULL stays NULL. */
struct text *text_keep_take(struct text *t, enum text_form form, struct text *made);

#define TEXT_TAG_MAX 48
/* A strong ETag of the bytes, with its quotes. */
void text_tag(struct text *t, char out[TEXT_TAG_MAX]);

#endif
