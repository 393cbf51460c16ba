/* SPDX-License-Identifier: MIT */
/* One VPC as the API returned it: an immutable, reference-counted JSON document that is read through the schema table.
 * Fields nobody knows survive. Every function here may be called from any thread. A document takes little more memory than
 * its compact text; the first look into it parses that text, looks that follow soon do not.
 *
 * A path is relative to the VPC's directory, its names as file names (model/name.h): "vpcPrefixes/pod cidr/value".
 * "" is the directory itself.
 *
 * An item of a named list (vpcPrefixes, hostPrefixes) is a directory by its `name`; items that share a name are NAME~INDEX, one
 * without a name is "%". null is as good as missing. A field of a newer API is read-only: a scalar a file, an object a
 * directory, an array a line per item (compact JSON for what is no text); null is not shown, and what has the name of a
 * row is in vpc.json only. In lists a control character or % of a text is shown as %XX (blank and comma too where they
 * separate), so that a line is one item. A value that is missing or "" is a file of size 0, a missing bool `false`. */
#ifndef MODEL_DOC_H
#define MODEL_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include "base/buf.h"
#include "base/err.h"
#include "model/schema.h"
#include "model/val.h"

#define DOC_PATH_MAX 1024	/* bytes with the NUL; longer paths do not exist */
#define DOC_TEXT_MAX (4u << 20) /* bytes of one file */

struct doc;

/* From one VPC object of an answer. Checks what everything else rests on: an object, `id` and `name` are texts and not
 * empty, known fields have their type or are null (a number where an enum stands is fine).
 * Errors: -EBADMSG with a sentence, -ENOMEM. */
int doc_from_val(struct val *object, struct doc **ret, struct err *err);
/* A draft: no id, all settable paths exist and are empty, whether optional or not; what only the API sets does not exist,
 * vpc.json included. zone may be "". Errors: -EINVAL (no name, not UTF-8), -ENOMEM. */
int doc_new_draft(const char *name, const char *zone, struct doc **ret, struct err *err);

struct doc *doc_ref(struct doc *doc);
void doc_unref(struct doc *doc); /* NULL is allowed */
void doc_unrefp(struct doc **doc);
#define CLEANUP_DOC CLEANUP(doc_unrefp)

/* Borrowed from the document; "" where the field is missing. */
const char *doc_id(const struct doc *doc);
const char *doc_name(const struct doc *doc); /* as the API has it, not a file name */
const char *doc_zone(const struct doc *doc);
const char *doc_status(
	const struct doc *doc); /* "STATUS_READY"; a number is shown in digits */
bool doc_is_draft(const struct doc *doc);
/* Same JSON value, whatever the order of keys. False without memory to compare. */
bool doc_equal(const struct doc *a, const struct doc *b);

/* A file or directory of a document. */
struct field {
	enum field_type type;
	unsigned flags;	       /* enum field_flags */
	const struct row *row; /* NULL for a field of a newer API */
};

/* Errors: -ENOENT, -ENOTDIR, -ENAMETOOLONG, -ENOMEM. */
int doc_find(const struct doc *doc, const char *path, struct field *ret);
/* Calls fn for each entry of the directory, rows in the table's order, then unknown fields; hidden ones left out.
 * name is a file name. Stops at the first that returns non-zero and returns that.
 * Errors: as doc_find, -ENOTDIR for a file, -ENOMEM. */
int doc_list(const struct doc *doc, const char *path,
	int (*fn)(void *arg, const char *name, const struct field *field), void *arg);
/* Adds the file's text. Errors: as doc_find, -EISDIR, -ENOMEM, -EFBIG (ret as it was); FIELD_ERROR has no text here. */
int doc_show(const struct doc *doc, const char *path, struct buf *ret);
/* Whether both have the same members at the top, and their items of vpcPrefixes and hostPrefixes the same members: an answer
 * that leaves some out is not the whole VPC. False without memory to compare. */
bool doc_has_members_of(const struct doc *doc, const struct doc *other);
/* updatedAt of the nearest object on the path that has one. False when there is none, or no memory to look. */
bool doc_mtime(const struct doc *doc, const char *path, struct timespec *ret);

/* All that can be set, as spec.json has it (two spaces, order of the API reference, one newline at the end). It is the
 * body of a POST as well. hostPrefixes where it has entries, else hostPrefix where it is not empty, else neither; name and
 * zone always ("" in a draft that has none yet). Errors: -ENOMEM, -EFBIG. */
int doc_spec(const struct doc *doc, struct buf *ret);
/* The body of a POST that names just these: compact {"name":...,"zone":...}. Errors: -ENOMEM, -EFBIG. */
int doc_plain_spec(const char *name, const char *zone, struct buf *ret);

/* A list answer. Caller's memory; release frees the array and drops the documents. */
struct doc_list {
	struct doc **docs; /* owned */
	size_t count;
};
void doc_list_release(struct doc_list *list);
#define CLEANUP_DOC_LIST CLEANUP(doc_list_release)
/* From the array of a list answer; two documents with one id, or an item that is no VPC, spoil the whole.
 * Errors: -EBADMSG with a sentence, -ENOMEM. */
int doc_list_from_val(struct val *array, struct doc_list *ret, struct err *err);
/* From the text of a list answer, an object with the array key; the same, but a long answer is never parsed as a whole.
 * ret_rest gets the object for what else is in it (its array may be empty).
 * Errors: -EBADMSG with a sentence ("line L column C: ..." where it is no JSON), -ENOMEM. */
int doc_list_from_text(const char *text, size_t len, const char *key, struct doc_list *ret,
	struct val **ret_rest, struct err *err);

#endif
