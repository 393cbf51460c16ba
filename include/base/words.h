/* SPDX-License-Identifier: MIT */
/* Splits a command line into words as a shell does, and does nothing else that a shell does. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/cleanup.h"
#include "base/err.h"

/* Blanks, tabs and newlines separate words. '...' is literal. In "..." a backslash quotes $ ` "
 * and \; outside quotes it quotes any character. $, *, ~, ; and the like have no special meaning.
 * *ret is NULL-terminated and has at least one word; free it with words_free.
 * Errors: -EINVAL with a sentence (no word, an unclosed quote, a backslash at the end), -ENOMEM. */
int words_split(const char *text, char ***ret, struct err *err);
void words_free(char **words); /* NULL is allowed */

#endif
