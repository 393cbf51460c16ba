/* SPDX-License-Identifier: MIT */
/* What one PATCH sets. A change is made from a person's text and a document. It knows the body and
 * the mask of its PATCH, and whether an answer shows the change. A change is immutable; the caller
 * frees it. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "model/doc.h"

struct change;
void change_free(struct change *change); /* NULL is allowed */
void change_freep(struct change **change);
#define CLEANUP_CHANGE CLEANUP(change_freep)

/* Values that mean the same are no change: a list with FIELD_SET is compared as a set; addresses
 * and CIDRs are compared by what they mean, not by their spelling (10.0.0.1/13 is 10.0.0.0/13); a
 * default equals a missing value.
 *
 * Makes the change after which the file at path has this text. Value and list files: the last
 * newline may be missing; blanks, commas and newlines separate the items of a list. now is the
 * VPC's current document. For a scalar, a boolean or a whole list of addresses it may be out of
 * date: change_text takes from it only whether the path exists and whether the content is equal. A
 * value of an item that does not exist and may be made (FIELD_MADE) is added to the list. Equal
 * content (sets compared as sets) gives an empty change.
 * For a read-only file: an empty change if the bytes are the file's bytes (the last newline may be
 * missing), else -EPERM.
 * Not for FIELD_SPEC (-EINVAL; use change_spec) and FIELD_ERROR (-EPERM).
 * Errors, with a sentence that says what was wrong and what is expected: -EINVAL, -EPERM, -ENOENT,
 * -ENOTDIR, -EISDIR, -ENAMETOOLONG, -ENOMEM. */
int change_text(const struct doc *now, const char *path, const char *text, size_t len,
	struct change **ret, struct err *err);

/* Makes the change that appends the text to the file at path. List files: adds those addresses and
 * CIDRs that the list does not have yet, each once. Every other file: as change_text with the
 * file's text followed by this one, so a second value appended to a scalar is -EINVAL. Errors: as
 * change_text. */
int change_append(const struct doc *now, const char *path, const char *text, size_t len,
	struct change **ret, struct err *err);

/* Makes the change for a saved spec.json: the VPC is to become what the text says. base is the
 * document that the writer had read, now the VPC's current one.
 * Without a base (NULL: the writer read nothing) the text is absolute, and the change names the
 * mask fields in which it differs from now.
 * With a base the change names the mask fields in which the text differs from the base, except
 * those that now already has as wanted; mask fields that the writer left alone stay as they are in
 * now. If somebody else has meanwhile changed a mask field that the text changes, to another value
 * than the text's, that is a conflict. A text that does not differ from its base, while now differs
 * from it, is a conflict as well.
 * Unknown keys, wrong types, a missing `name` or `zone`, text that does not parse, and empty or
 * NUL-filled text are refused, with line and column where possible. A key that is left out or null
 * gets its default: false, an empty list. A field with FIELD_SPEC_ONLY_WITH that is left out stays
 * as it is, since the server chose it; if the text has it with the base's value (without a base:
 * now's), that is no change.
 * Each entry of a list of objects is compared on its own: by name, or by name and value where
 * several entries share the name. The syntax of a value is checked only where it differs from the
 * base's (without a base: now's), so whatever the API once returned can always be saved again.
 * Errors: -EINVAL, -EBUSY (a conflict; the sentence names each field and the other writer's value),
 * -ENOMEM. */
int change_spec(const struct doc *base, const struct doc *now, const char *text, size_t len,
	struct change **ret, struct err *err);
/* Whether the text is one complete JSON object that ends in a newline. */
bool change_spec_is_complete(const char *text, size_t len);

/* Removes an entry from a list, or renames it. path is the entry's, which the schema table must
 * have ("vpcPrefixes/pods"); to is the new file name in the same list. A file name means an entry
 * of now by the entry's name and value (model/doc.h).
 * Errors, with a sentence: -ENOENT (now has no such entry), -EEXIST, -EINVAL, -ENOMEM. */
int change_remove_item(
	const struct doc *now, const char *path, struct change **ret, struct err *err);
int change_rename_item(const struct doc *now, const char *path, const char *to,
	struct change **ret, struct err *err);

/* Makes an empty change. Errors: -ENOMEM. */
int change_none(struct change **ret);
bool change_is_empty(const struct change *change);
/* The mask: "ingress.disablePublicServices,vpcPrefixes". Borrowed. */
const char *change_mask(const struct change *change);
/* The body: {"updateMask":"...", ...} as compact JSON. A false or an empty list that the change
 * sets is written out. */
int change_body(const struct change *change, struct buf *ret);
/* Whether the document shows everything that the change sets. Sets are compared as sets, other
 * lists in order; fields of an item that only the server sets are ignored. ret_done and ret_missing
 * (may be NULL) get the mask paths that it shows and does not show, comma separated. */
bool change_is_shown(const struct change *change, const struct doc *doc,
	struct buf *ret_done, struct buf *ret_missing);
/* Whether every mask field that doc does not show as wanted has the same value in doc as in before:
 * the API ignored it, and nobody else changed it. False if memory runs out. */
bool change_is_as_before(
	const struct change *change, const struct doc *before, const struct doc *doc);
/* Makes the document as it would be with the change applied. Errors: -ENOMEM. */
int change_apply(const struct change *change, const struct doc *doc, struct doc **ret,
	struct err *err);

#endif
