/* SPDX-License-Identifier: MIT */
/* What a page that some gateway sent in the API's place says, in a line. */
#ifndef API_MARKUP_H
#define API_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the body is markup: it starts with '<'. */
bool markup_is_it(const char *body, size_t len);
/* The title, else the first text; "" when there is none. Blanks are joined. */
void markup_text(const char *body, size_t len, char *out, size_t size);

#endif
