/* SPDX-License-Identifier: MIT */
/* Names of the API as file names and back. Names are hostile input. */
#ifndef MODEL_NAME_H
#define MODEL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_FILE_MAX 256 /* bytes with the NUL: NAME_MAX of the kernel */

/* `/`, control characters, NUL among them (which C strings of names have as the bytes C0 80), DEL,
 * `%`, a leading dot and bytes that are not UTF-8 become %XX (upper-case hex). A result longer than
 * 255 bytes is cut, never inside a character or an escape, and ends in ~ID (id escaped likewise,
 * and itself cut at 64 bytes; for names below a VPC the id is a hash). "" becomes "%".
 * C1 control characters (U+0080 to U+009F) count as control characters. */
void name_to_file(const char *name, const char *id, char out[NAME_FILE_MAX]);
/* The way back ("%" is ""); writes at most size bytes with the NUL. Errors: -EINVAL for a bad or
 * needless-to-decode escape (% without two hex digits), -ENAMETOOLONG. A name that would not come
 * back the same (name_to_file(result) != file) is -EINVAL. */
int name_from_file(const char *file, char *out, size_t size);
/* NAME~ID for one of several that share a name, within 255 bytes. */
void name_with_id(const char *name, const char *id, char out[NAME_FILE_MAX]);

#endif
