/* SPDX-License-Identifier: MIT */
/* JSON strings may hold NUL, C strings may not. The C strings of this layer write NUL as the bytes
 * C0 80, which do not occur in UTF-8 (name.c shows them as %00). Every string that is compared or
 * used as a key goes through these functions, so that none is cut. */
#ifndef MODEL_NUL_H
#define MODEL_NUL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

/* Adds a JSON string as a C string; adds nothing for any other value. Errors: -ENOMEM, -EFBIG. */
int nul_add_string(const json_t *string, struct buf *ret);
/* Makes a JSON string from a C string. NULL if memory runs out, and for bytes that are not
 * UTF-8. */
json_t *nul_new_string(const char *text);
/* Whether a C string can become a JSON string: it is UTF-8, except for its NULs. */
bool nul_is_text(const char *text);
/* Whether a JSON string equals this C string. */
bool nul_equal(const json_t *string, const char *text);

#endif
