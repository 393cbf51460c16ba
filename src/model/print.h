/* SPDX-License-Identifier: MIT */
/* Printing JSON. However deep a value is nested, the stack stays small. */
#ifndef MODEL_PRINT_H
#define MODEL_PRINT_H

#include <jansson.h>
#include "base/buf.h"

/* Adds any value as compact JSON text. Errors: -ENOMEM, -EFBIG (the buffer is then unchanged). */
int print_json(const json_t *json, struct buf *ret);
/* As print_json, for people to read: indented by two spaces, with a newline at the end. */
int print_pretty(const json_t *json, struct buf *ret);
/* Prints compact JSON for an error message, cut at size bytes with the NUL. "?" if memory runs
 * out. */
void print_short(const json_t *json, char *out, size_t size);

#endif
