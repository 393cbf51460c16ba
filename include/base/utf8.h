/* SPDX-License-Identifier: MIT */
/* UTF-8: validity, cutting and cleaning. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is a blank of JSON and of lists of values: space, tab, newline, carriage return. */
bool utf8_is_blank(char c);
/* Whether the bytes are well-formed UTF-8 (Unicode table 3-7: no overlong forms or surrogates). */
bool utf8_is_valid(const char *bytes, size_t len);
/* The largest length <= max that does not cut a character of well-formed text. */
size_t utf8_cut(const char *bytes, size_t len, size_t max);
/* Copies text so that it is safe to show: control characters except newline, and bytes that are not
 * UTF-8, become '?'. Writes at most size bytes with the NUL. */
void utf8_clean(char *out, size_t size, const char *bytes, size_t len);

#endif
