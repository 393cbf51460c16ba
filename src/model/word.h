/* SPDX-License-Identifier: MIT */
/* Words that mean something: addresses, CIDRs, enums. The syntax is checked here, what it means is
 * the API's. */
#ifndef MODEL_WORD_H
#define MODEL_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "model/schema.h"

/* One value of a field, of a list one item. where starts the sentence, hint ends it ("" for none).
 * Errors: -EINVAL with "WHERE: "foo" is not ...; expected ...HINT". */
int word_check(const struct row *row, const char *word, const char *where, const char *hint,
	struct err *err);

/* A list of this field has no item, and must have one. Returns -EINVAL. */
int word_refuse_none(const struct row *row, const char *where, struct err *err);

/* 1 or 0; -EINVAL for what kstrtobool would not take either. */
int word_bool(const char *word);

/* Whether the text is a whole number of 32 bits. */
bool word_is_int(const char *word, size_t len);

#define WORD_CANON_MAX 64
/* The one spelling of an address or CIDR (host bits cleared). False when the word is neither. */
bool word_canon(const char *word, char out[WORD_CANON_MAX]);

#endif
