/* SPDX-License-Identifier: MIT */
/* JSON that is well-formed and yet cannot be read: a number past 64 bits, a lone surrogate, bytes
 * that are not UTF-8, nesting without an end. What is around such a value can be read all the same.
 * */
#ifndef MODEL_SCAN_H
#define MODEL_SCAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

/* How every text of an answer is parsed. NULL without memory, and for what cannot be read; error
 * may be NULL. */
json_t *scan_parse(const char *text, size_t len, size_t flags, json_error_t *error);
/* The bytes of the value that the text begins with, by its brackets and quotes alone; 0 when it
 * does not end. */
size_t scan_value_len(const char *text, size_t len);
/* A text that is read from left to right. Caller's memory. */
struct reader {
	const char *text;
	size_t len, at;
};
/* The next character that is no blank, '\0' at the end. */
char reader_peek(struct reader *r);
/* Passes this character, if it is the next. */
bool reader_pass(struct reader *r, char c);
/* Passes a value and returns it; NULL where none stands that can be read. */
json_t *reader_value(struct reader *r);

/* Parses a text that scan_parse refused, with null in place of each value that cannot be read (a
 * key becomes ""). err gets what could not be read. Errors: -EINVAL when the text is no JSON for
 * another reason, -ENOMEM. */
int scan_repair(const char *text, size_t len, json_t **ret, struct err *err);

#endif
