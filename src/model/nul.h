/* SPDX-License-Identifier: MIT */
/* JSON strings may hold NUL, C strings may not. The C strings of this layer write it as the bytes
 * C0 80, which no UTF-8 text has (name.c shows them as %00); what is compared or kept as a key goes
 * through here, so that nothing is cut. */
#ifndef MODEL_NUL_H
#define MODEL_NUL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

/* Adds the text of a JSON string as a C string has it; nothing for any other value. Errors:
 * -ENOMEM, -EFBIG. */
int nul_add_string(const json_t *string, struct buf *ret);
/* A JSON string of a C string. NULL without memory, and for what is not UTF-8. */
json_t *nul_new_string(const char *text);
/* Whether a C string can become a JSON string: UTF-8 but for its NUL. */
bool nul_is_text(const char *text);
/* Whether a JSON string is just this C string. */
bool nul_equal(const json_t *string, const char *text);

#endif
