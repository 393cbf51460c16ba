/* SPDX-License-Identifier: MIT */
/* JSON that is well-formed and still cannot be read: a number past 64 bits, a lone surrogate, bytes
 * that are not UTF-8, nesting that is too deep. The text around such a value can be read all the
 * same. */
#ifndef MODEL_SCAN_H
#define MODEL_SCAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

/* Parses any text of an answer. NULL if memory runs out, or if the text cannot be read; error may
 * be NULL. */
json_t *scan_parse(const char *text, size_t len, size_t flags, json_error_t *error);
/* The length in bytes of the value at the start of the text, found by its brackets and quotes
 * alone; 0 if the value does not end. */
size_t scan_value_len(const char *text, size_t len);
/* A text that is read from left to right. Caller's memory. */
struct reader {
	const char *text;
	size_t len, at;
};
/* The next character that is not a blank; '\0' at the end. */
char reader_peek(struct reader *r);
/* Moves past this character if it is the next one, and says whether it was. */
bool reader_pass(struct reader *r, char c);
/* Moves past a value and returns it; NULL if there is none that can be read. */
json_t *reader_value(struct reader *r);

/* Parses a text that scan_parse refused, with null in place of each value that cannot be read (a
 * key becomes ""). err gets the reason why one could not be read. Errors: -EINVAL if the text is
 * not JSON for another reason, -ENOMEM. */
int scan_repair(const char *text, size_t len, json_t **ret, struct err *err);

#endif
