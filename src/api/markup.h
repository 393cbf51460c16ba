/* SPDX-License-Identifier: MIT */
/* One line of text from a page that some gateway sent in place of the API's answer. */
#ifndef API_MARKUP_H
#define API_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the body is markup: it starts with '<'. */
bool markup_is_it(const char *body, size_t len);
/* Writes the page's title, else its first text; "" if there is none. Runs of blanks become one. */
void markup_text(const char *body, size_t len, char *out, size_t size);

#endif
