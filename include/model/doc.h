/* SPDX-License-Identifier: MIT */
/* One VPC as the API returned it: an immutable, reference-counted JSON document that is read
 * through the schema table.
 * Fields nobody knows survive. Every function here may be called from any thread. A document takes
 * little more memory than its compact text; the first look into it parses that text, looks that
 * follow soon do not.
 *
 * A path is relative to the VPC's directory, its names as file names (model/name.h):
 * "vpcPrefixes/pod cidr/value".
 * "" is the directory itself.
 *
 * An item of a list of objects is a directory by its FIELD_NAME, one without a name "%". Items that
 * share a name are NAME~NUMBER, and the number is a function of the item's name and values (of
 * equal items each further one has one more): a file name means the same item
 * whatever is added to the list, removed or moved. null is as good as missing. A field of a newer
 * API is read-only: a scalar a file, an object a directory, an array a line per item (compact JSON
 * for what is no text); null is not shown, and what has the name of a row is in vpc.json only. An
 * answer that leaves a field out and one that writes its default are read alike. In lists a control
 * character of a text is shown as %XX (blank and comma too where they separate), so that a line is
 * one item. A value that is missing or "" is a file of size 0; but a missing bool reads
 * `false`, a missing number 0, a missing enum the name of its zero. A row with FIELD_IF_PRESENT is
 * there when its value is no default. */
#ifndef MODEL_DOC_H
#define MODEL_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include "base/buf.h"
#include "base/err.h"
#include "model/schema.h"
#include "model/val.h"

#define DOC_PATH_MAX 1024 /* bytes with the NUL; longer paths do not exist */
/* Names below the VPC's directory; deeper is compact JSON in a file. */
#define DOC_DEPTH_MAX 32
#define DOC_TEXT_MAX  (4u << 20) /* bytes of one file */

struct doc;

/* From one VPC object of an answer. A known field that has another type than the table says, and is
 * not null, gives a document that is not readable (a number where an enum stands is fine). Without
 * an `id`, a text that is not empty, it is no VPC.
 * Errors: -EBADMSG with a sentence, -ENOMEM. */
int doc_from_val(struct val *object, struct doc **ret, struct err *err);
/* From the text of an answer about one VPC: bare, or the member `envelope` of an object. A text
 * that is well-formed JSON, and holds a value that cannot be read, gives a document that is not
 * readable. Errors: -EBADMSG with a sentence, -ENOMEM. */
int doc_from_answer(const char *text, size_t len, const char *envelope, struct doc **ret,
	struct err *err);

struct doc *doc_ref(struct doc *doc);
void doc_unref(struct doc *doc); /* NULL is allowed */
void doc_unrefp(struct doc **doc);
#define CLEANUP_DOC CLEANUP(doc_unrefp)

/* Whether its JSON could be read. An integer of more than 64 bits, a lone surrogate or bytes that
 * are not UTF-8 cannot, nor can a known field of the wrong type; then the document has its id and
 * name (the id, where the name is what cannot be read), status and updatedAt as far as they can be
 * read, and whatever else is asked of it is -EBADMSG: doc_find and doc_list below its
 * directory, doc_show, and every change. */
bool doc_is_readable(const struct doc *doc);
/* The sentence that says why not, else "". Borrowed. */
const char *doc_problem(const struct doc *doc);

/* Borrowed from the document; "" where the field is missing. NUL in a text is C0 80, as in all
 * names (model/name.h). */
const char *doc_id(const struct doc *doc);
const char *doc_name(const struct doc *doc); /* as the API has it, not a file name */
/* "STATUS_READY", also where the API gives its number; a number that the table does not know in
 * digits. */
const char *doc_status(const struct doc *doc);
/* What that means; STATE_SETTLED for what the table does not know. */
enum state doc_state(const struct doc *doc);
/* Same JSON value, whatever the order of keys. False without memory to compare. */
bool doc_equal(const struct doc *a, const struct doc *b);

/* A file or directory of a document. */
struct doc_field {
	enum field_type type;
	unsigned flags;			   /* enum field_flags */
	const struct schema_field *schema; /* NULL for a field of a newer API */
};

/* What the table says of it. */
struct doc_field field_of(const struct schema_field *schema);
/* Errors: -ENOENT, -ENOTDIR, -ENAMETOOLONG, -EBADMSG, -ENOMEM. */
int doc_find(const struct doc *doc, const char *path, struct doc_field *ret);
/* Calls fn for each entry of the directory, rows in the table's order, then unknown fields; hidden
 * ones left out.
 * name is a file name. Stops at the first that returns non-zero and returns that.
 * Errors: as doc_find, -ENOTDIR for a file, -ENOMEM. */
int doc_list(const struct doc *doc, const char *path,
	int (*fn)(void *arg, const char *name, const struct doc_field *field), void *arg);
/* Calls fn for the file name of each field that no row knows, wherever in the document it is shown,
 * in the order of the answer; a name may come more than once. Stops at the first that returns
 * non-zero and returns that. Errors: -EBADMSG, -ENOMEM. */
int doc_unknown_names(
	const struct doc *doc, int (*fn)(void *arg, const char *name), void *arg);
/* Adds the file's text. spec.json is all that can be set (two spaces, order of the API reference,
 * one newline at the end), and the body of a POST as well: of the rows with FIELD_SPEC_ONLY_WITH it
 * has the last that is set, and what is required always ("" where the API gives none). Errors: as
 * doc_find, -EISDIR, -ENOMEM, -EFBIG (ret as it was); FIELD_ERROR
 * has no text here. */
int doc_show(const struct doc *doc, const char *path, struct buf *ret);
/* Whether both have the same members at the top, and the items of their lists the same members: an
 * answer that leaves some out is not the whole VPC. A default is as good as a missing member, so
 * the answer to a PATCH is to be compared with the document that change_apply makes. False without
 * memory to compare. */
bool doc_has_members_of(const struct doc *doc, const struct doc *other);
/* updatedAt of the nearest object on the path that has one. False when there is none, or no memory
 * to look. */
bool doc_mtime(const struct doc *doc, const char *path, struct timespec *ret);

/* The body of a POST that names just these: compact {"name":...,"zone":...}. Errors: -EINVAL (not
 * UTF-8), -ENOMEM, -EFBIG. */
int doc_plain_spec(const char *name, const char *zone, struct buf *ret);

/* A list answer. Caller's memory; release frees the array and drops the documents. */
struct doc_list {
	struct doc **docs; /* owned */
	size_t count;
};
void doc_list_release(struct doc_list *list);
#define CLEANUP_DOC_LIST CLEANUP(doc_list_release)
/* From the array of a list answer; two documents with one id, or an item that is no VPC (no object,
 * no id), spoil the whole.
 * Errors: -EBADMSG with a sentence, -ENOMEM. */
int doc_list_from_val(struct val *array, struct doc_list *ret, struct err *err);
/* From the text of a list answer, an object with the array key; the same, but a long answer is
 * never parsed as a whole, and an item with a value that cannot be read gives a document that is
 * not readable.
 * ret_rest gets the object for what else is in it (its array may be empty). `{}` and null for the
 * array are a list without VPCs; an object with "code" or "error" is no list.
 * Errors: -EBADMSG with a sentence ("line L column C: ..." where it is no JSON), -ENOMEM. */
int doc_list_from_text(const char *text, size_t len, const char *key, struct doc_list *ret,
	struct val **ret_rest, struct err *err);

#endif
