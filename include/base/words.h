/* SPDX-License-Identifier: MIT */
/* A command line as words, as a shell splits it, and nothing else of what a shell does. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/cleanup.h"
#include "base/err.h"

/* Blanks, tabs and newlines separate. '...' is literal; in "..." a backslash takes the next of
 * $ ` " \ as it is; outside of quotes it takes any next character. $, *, ~, ; and the like mean
 * themselves. *ret is ended by NULL and has one word or more; words_free frees it.
 * Errors: -EINVAL with a sentence (no word, a quote that is not closed, a backslash at the end),
 * -ENOMEM. */
int words_split(const char *text, char ***ret, struct err *err);
void words_free(char **words); /* NULL is allowed */

#endif
