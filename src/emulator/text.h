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

struct text {
	unsigned refs;	/* atomic */
	bool is_hashed; /* atomic: hash is there */
	uint64_t hash[2];
	struct text *
		packed; /* atomic; owned: the same as gzip once somebody asked, else NULL */
	size_t len;	/* bytes */
	char bytes[];	/* NUL-terminated behind len */
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

/* The bytes as gzip, made at the first call: a reference of its own, NULL without memory. */
struct text *text_gzip(struct text *t);

#define TEXT_TAG_MAX 48
/* A strong entity tag over the bytes, with its quotes. */
void text_tag(struct text *t, char out[TEXT_TAG_MAX]);

#endif
