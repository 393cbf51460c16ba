/* SPDX-License-Identifier: MIT */
/* A draft: a directory of plain files from which a VPC is made. The files have the paths that they
 * have in a VPC's directory, whether they were copied from one, unpacked or written. These are pure
 * functions: the caller keeps the files and passes them in. */
#ifndef MODEL_DRAFT_H
#define MODEL_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "model/doc.h"

/* A file or directory of the draft. All borrowed. */
struct draft_file {
	const char *path; /* relative to the draft's directory */
	const char *text; /* of a file; may be NULL when len is 0 */
	size_t len;	  /* bytes */
	bool is_dir;
	bool is_other; /* neither a file nor a directory: a link, a pipe, a socket */
};

/* Whether the path belongs to a VPC: spec.json, vpc.json, .error, read-only files and the files of
 * list entries, whatever the entries' names, are among these. An entry is a directory, so a file
 * beside the entries is no part of a VPC, and neither is anything at any other path. */
bool draft_claims(const char *path, bool is_dir);

/* Makes the body of the POST that makes the VPC: compact JSON. files are all files and directories
 * of the draft, in any order.
 * name is the VPC's name; it is taken from nowhere else. zone_option may be NULL; it counts only if
 * there is no spec.json.
 *
 * A draft has spec.json, or the files of settable fields, or both if they say the same: what both
 * have is compared as values. A directory vpcPrefixes or hostPrefixes is the whole list. If
 * spec.json lacks a key or has it as null, the field's file counts. hostPrefix counts only if there
 * are no host prefixes otherwise. Read-only files are ignored. If the draft has two or more entries
 * NAME~NUMBER with the same NAME, each of them is an entry called NAME. A draft without any file or
 * directory gives a body of name and zone_option.
 *
 * Errors, with a sentence that names the file, the place in it and what is expected: -EIO (text
 * that does not parse, unknown keys, wrong types, a link, an entry without its value, two places
 * that differ, no zone, nothing that can be set), -EINVAL (an empty draft and no zone_option),
 * -ENOMEM, -EFBIG. */
int draft_read(const struct draft_file *files, size_t count, const char *name,
	const char *zone_option, struct buf *ret_body, struct err *err);

/* Whether the document has every field of a POST's body, with a value that means the same.
 * Errors: -EINVAL (no such body), -EBADMSG (a document that cannot be read), -ENOMEM. */
int doc_shows_body(const struct doc *doc, const char *body, size_t len, bool *ret);

#endif
