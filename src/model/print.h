/* SPDX-License-Identifier: MIT */
/* JSON as text. However deep a value is nested, the stack stays small. */
#ifndef MODEL_PRINT_H
#define MODEL_PRINT_H

#include <jansson.h>
#include "base/buf.h"

/* Adds any value as compact JSON text. Errors: -ENOMEM, -EFBIG (and the buffer is as it was). */
int print_json(const json_t *json, struct buf *ret);
/* The way a person reads it: two spaces, one newline at the end. */
int print_pretty(const json_t *json, struct buf *ret);
/* Compact, for a sentence: cut at size bytes with the NUL. "?" without memory. */
void print_short(const json_t *json, char *out, size_t size);

#endif
