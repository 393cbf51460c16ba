/* SPDX-License-Identifier: MIT */
/* JSON as other layers see it: read-only values behind an opaque type, so that one layer alone
 * knows jansson. */
#ifndef MODEL_VAL_H
#define MODEL_VAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

struct val; /* a JSON value; reference-counted; readable from any thread once parsed */

enum val_flags {
	VAL_STRICT = 1, /* a person's text: a repeated key is an error */
};

/* Parses one JSON text, which may be any value. Nesting is limited (JSON_PARSER_MAX_DEPTH, 2048).
 * Bytes that are not UTF-8, and NUL in a key, are refused.
 * Errors: -EINVAL with "line L column C: ..."; -ENOMEM. */
int val_parse(
	const char *text, size_t len, unsigned flags, struct val **ret, struct err *err);
void val_unref(struct val *v); /* NULL is allowed */
void val_unrefp(struct val **v);
#define CLEANUP_VAL CLEANUP(val_unrefp)

bool val_is_object(const struct val *v);
bool val_is_array(const struct val *v);
/* Whether v is neither NULL nor a JSON null. */
bool val_is_set(const struct val *v);
/* Borrowed from v. NULL (or false, or 0) if v is NULL, has another type, or has no such member or
 * item. */
struct val *val_member(const struct val *v, const char *key);
struct val *val_item(const struct val *v, size_t index);
size_t val_count(const struct val *v); /* items of an array, members of an object, else 0 */
const char *val_text(const struct val *v); /* a string; ends at the first NUL in it */
/* Bytes of a string, NULs in it counted; else 0. */
size_t val_text_len(const struct val *v);
bool val_integer(const struct val *v, int64_t *ret);
/* Adds compact JSON text. Errors: -ENOMEM, -EFBIG. */
int val_print(const struct val *v, struct buf *ret);

/* The version of jansson. */
const char *val_library_version(void);

#endif
