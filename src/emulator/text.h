/* SPDX-License-Identifier: MIT */
/* Immutable, reference-counted bytes: a serialised VPC or list is made once and sent to many. */
#ifndef EMULATOR_TEXT_H
#define EMULATOR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base/buf.h"
#include "base/cleanup.h"

/* What else is made of the bytes once somebody asks for it. */
enum text_form { TEXT_GZIP, TEXT_WIRE, TEXT_FORMS };

struct text {
	unsigned refs;	/* atomic */
	bool is_hashed; /* atomic: hash is there */
	uint64_t hash[2];
	struct text *forms[TEXT_FORMS]; /* atomic, each; owned, or NULL */
	size_t len;			/* bytes */
	char bytes[];			/* NUL-terminated behind len */
};

/* Each returns a new reference, or NULL without memory. */
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

/* A new reference to that form of it; NULL when it has not been made. */
struct text *text_form(struct text *t, enum text_form form);
/* Keeps what was made, takes it, and returns a new reference to what is kept: of two threads that
 * made it, one keeps it. NULL stays NULL. */
struct text *text_keep_take(struct text *t, enum text_form form, struct text *made);

#define TEXT_TAG_MAX 48
/* A strong entity tag over the bytes, with its quotes. */
void text_tag(struct text *t, char out[TEXT_TAG_MAX]);

#endif
