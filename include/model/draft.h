/* SPDX-License-Identifier: MIT */
/* A draft: a directory of plain files from which a VPC is made. Its files have the paths that they
 * have in a VPC's directory; they were copied from one, unpacked or written. Pure functions:
 * whoever keeps the files hands them in. */
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
};

/* Whether a VPC's directory has a file or directory at this path: spec.json, vpc.json, .error,
 * read-only files and those of the entries of lists, whatever their names, included. What it has
 * not is no part of a VPC. */
bool draft_claims(const char *path);

/* The body of the POST that makes the VPC: compact JSON. files are all that the draft's directory
 * has, in any order.
 * name is the VPC's; it is taken from nowhere else. zone_option may be NULL; it counts only where
 * there is no spec.json.
 *
 * spec.json, or the files of fields that can be set, or both where they say the same: what both
 * have is compared as values. A directory vpcPrefixes or hostPrefixes is the whole list; a key that
 * spec.json lacks or has as null is not in it, and the file counts. hostPrefix counts only where
 * there are no host prefixes otherwise. Read-only files are left out. NAME~NUMBER of two or more
 * entries with the same NAME is the entry NAME. A draft without any file or directory is name and
 * zone_option.
 *
 * Errors, with a sentence that names the file, the place in it and what is expected: -EIO (text
 * that does not parse, unknown keys, wrong types, an entry without its value, two places that
 * differ, no zone, nothing that can be set), -EINVAL (an empty draft and no zone_option), -ENOMEM,
 * -EFBIG. */
int draft_read(const struct draft_file *files, size_t count, const char *name,
	const char *zone_option, struct buf *ret_body, struct err *err);

/* Whether the document has every field that the body of a POST asks for, with a value that means
 * the same.
 * Errors: -EINVAL (no such body), -EBADMSG (a document that cannot be read), -ENOMEM. */
int doc_shows_body(const struct doc *doc, const char *body, size_t len, bool *ret);

#endif
