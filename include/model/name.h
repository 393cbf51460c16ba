/* SPDX-License-Identifier: MIT */
/* Names of the API as file names and back. Names are hostile input. */
#ifndef MODEL_NAME_H
#define MODEL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_FILE_MAX 256 /* bytes with the NUL: NAME_MAX of the kernel */

/* Makes a file name of an API name. `/`, control characters, DEL, `%`, a leading dot and bytes that
 * are not UTF-8 become %XX (upper-case hex). Control characters include NUL (which C strings of
 * names hold as the bytes C0 80) and the C1 characters (U+0080 to U+009F). A result longer than 255
 * bytes is cut, never inside a character or an escape, and ends in ~ID (the id is escaped likewise;
 * one of more than 64 bytes is cut, and a hash of the whole id and ~ stand before it; for names
 * below a VPC the id is a hash). "" becomes "%". */
void name_to_file(const char *name, const char *id, char out[NAME_FILE_MAX]);
/* Makes the API name of a file name ("%" is ""); writes at most size bytes with the NUL. A file
 * name that name_to_file would not make of the result is refused. Errors: -EINVAL (% without two
 * hex digits, or an escape that was not needed), -ENAMETOOLONG. */
int name_from_file(const char *file, char *out, size_t size);
/* Writes NAME~ID, within 255 bytes, for one of several objects that share a name. */
void name_with_id(const char *name, const char *id, char out[NAME_FILE_MAX]);

#endif
