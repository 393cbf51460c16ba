/* SPDX-License-Identifier: MIT */
/* One VPC as the API returned it: an immutable, reference-counted JSON document that is read
 * through the schema table.
 * Fields that the table does not know survive. Every function here may be called from any thread. A
 * document takes little more memory than its compact text. The first function that looks into it
 * parses that text; calls soon after that need not.
 *
 * A path is relative to the VPC's directory and is made of file names (model/name.h):
 * "vpcPrefixes/pod cidr/value". "" is the directory itself.
 *
 * An item of a list of objects is a directory named by the item's FIELD_NAME; an item without a
 * name is "%". Items that share a name are NAME~NUMBER. The number is a function of the item's name
 * and values (among equal items, each further one has one more), so a file name means the same item
 * whatever is added to the list, removed from it or moved in it.
 * null is treated as missing. A field of a newer API is read-only: a scalar is a file, an object a
 * directory, an array a file with a line per item (compact JSON for an item that is not a string).
 * A null is not shown, and a field with the name of a schema field's file appears in vpc.json only.
 * An answer that leaves a field out and one that writes its default read the same. In lists a
 * control character of a string is shown as %XX (blank and comma too where they separate), so that
 * a line is one item. A value that is missing or "" is a file of size 0, but a missing bool reads
 * `false`, a missing number 0, and a missing enum the name of its zero. The file of a schema field
 * with FIELD_IF_PRESENT exists if its value is not the default. */
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
/* Names below the VPC's directory; an object deeper than that is a file of compact JSON. */
#define DOC_DEPTH_MAX 32
#define DOC_TEXT_MAX  (4u << 20) /* bytes of one file */

struct doc;

/* Makes a document from one VPC object of an answer. If a known field is not null and has another
 * type than the table says, the document is not readable (a number in place of an enum's name is
 * fine). An object without an `id` that is a non-empty string is not a VPC.
 * Errors: -EBADMSG with a sentence, -ENOMEM. */
int doc_from_val(struct val *object, struct doc **ret, struct err *err);
/* Makes a document from the text of an answer about one VPC: the VPC itself, or an object whose
 * member `envelope` is the VPC. If the text is well-formed JSON but holds a value that cannot be
 * read, the document is not readable. Errors: -EBADMSG with a sentence, -ENOMEM. */
int doc_from_answer(const char *text, size_t len, const char *envelope, struct doc **ret,
	struct err *err);

struct doc *doc_ref(struct doc *doc);
void doc_unref(struct doc *doc); /* NULL is allowed */
void doc_unrefp(struct doc **doc);
#define CLEANUP_DOC CLEANUP(doc_unrefp)

/* Whether the document's JSON could be read. An integer of more than 64 bits, a lone surrogate,
 * bytes that are not UTF-8, and a known field of the wrong type make a document unreadable. Such a
 * document has its id and name (the id, if the name cannot be read), and status and updatedAt as
 * far as they can be read. Everything else is -EBADMSG: doc_find and doc_list below its directory,
 * doc_show, and every change. */
bool doc_is_readable(const struct doc *doc);
/* Why the document is not readable, as a sentence; "" if it is readable. Borrowed. */
const char *doc_problem(const struct doc *doc);

/* Borrowed from the document; "" if the field is missing. A NUL in a string is C0 80, as in all
 * names (model/name.h). */
const char *doc_id(const struct doc *doc);
const char *doc_name(const struct doc *doc); /* as the API has it, not a file name */
/* "STATUS_READY", also if the API gives its number. A number that the table does not know is in
 * digits. */
const char *doc_status(const struct doc *doc);
/* What the status means; STATE_SETTLED for a status that the table does not know. */
enum state doc_state(const struct doc *doc);
/* Whether both have the same JSON value, in whatever order of keys. False if memory runs out. */
bool doc_equal(const struct doc *a, const struct doc *b);

/* A file or directory of a document. */
struct doc_field {
	enum field_type type;
	unsigned flags;			   /* enum field_flags */
	const struct schema_field *schema; /* NULL for a field of a newer API */
};

/* The file or directory of a schema field. */
struct doc_field field_of(const struct schema_field *schema);
/* Errors: -ENOENT, -ENOTDIR, -ENAMETOOLONG, -EBADMSG, -ENOMEM. */
int doc_find(const struct doc *doc, const char *path, struct doc_field *ret);
/* Calls fn for each entry of the directory: schema fields in the table's order, then unknown
 * fields. Hidden entries are left out. name is a file name. Stops at the first call that returns
 * non-zero, and returns that.
 * Errors: as doc_find, -ENOTDIR for a file, -ENOMEM. */
int doc_list(const struct doc *doc, const char *path,
	int (*fn)(void *arg, const char *name, const struct doc_field *field), void *arg);
/* Calls fn with the file name of each field that the schema does not know, wherever in the document
 * it is shown, in the order of the answer. A name may come more than once. Stops at the first call
 * that returns non-zero, and returns that. Errors: -EBADMSG, -ENOMEM. */
int doc_unknown_names(
	const struct doc *doc, int (*fn)(void *arg, const char *name), void *arg);
/* Adds the file's text. spec.json holds everything that can be set (two spaces, order of the API
 * reference, one newline at the end), and is the body of a POST as well: of the schema fields with
 * FIELD_SPEC_ONLY_WITH it has the last one that is set, and it always has the required fields (""
 * where the API gives none). FIELD_ERROR has no text here. Errors: as doc_find, -EISDIR, -ENOMEM,
 * -EFBIG (ret is unchanged). */
int doc_show(const struct doc *doc, const char *path, struct buf *ret);
/* Whether doc has a value in every member at the top that has one in other, and the items of their
 * lists have the same members; an answer that leaves some out is not the whole VPC. A default
 * equals a missing member, as in the wire format, so compare the answer to a PATCH with the
 * document that change_apply makes, too. False if memory runs out. */
bool doc_has_members_of(const struct doc *doc, const struct doc *other);
/* The updatedAt of the innermost object on the path that has one. False if there is none, or if
 * memory runs out. */
bool doc_mtime(const struct doc *doc, const char *path, struct timespec *ret);

/* Adds the body of a POST that has only these two: compact {"name":...,"zone":...}. Errors: -EINVAL
 * (not UTF-8), -ENOMEM, -EFBIG. */
int doc_plain_spec(const char *name, const char *zone, struct buf *ret);

/* The documents of a list answer. Caller's memory; release frees the array and drops the
 * documents. */
struct doc_list {
	struct doc **docs; /* owned */
	size_t count;
};
void doc_list_release(struct doc_list *list);
#define CLEANUP_DOC_LIST CLEANUP(doc_list_release)
/* Makes the documents from the array of a list answer. If two documents have one id, or an item is
 * not a VPC (not an object, or without an id), the whole list fails.
 * Errors: -EBADMSG with a sentence, -ENOMEM. */
int doc_list_from_val(struct val *array, struct doc_list *ret, struct err *err);
/* As doc_list_from_val, from the text of a list answer: an object whose member `key` is the array.
 * The text is not parsed as a whole, however long it is, and an item with a value that cannot be
 * read gives a document that is not readable.
 * ret_rest gets the object with its other members (its array may be empty). `{}`, and null for the
 * array, are a list without VPCs; an object with "code" or "error" is not a list.
 * Errors: -EBADMSG with a sentence ("line L column C: ..." if the text is not JSON), -ENOMEM. */
int doc_list_from_text(const char *text, size_t len, const char *key, struct doc_list *ret,
	struct val **ret_rest, struct err *err);

#endif
